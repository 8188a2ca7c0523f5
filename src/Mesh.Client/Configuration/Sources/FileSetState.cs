namespace Mesh.Client.Configuration;

/// <summary>What a set of files held at one moment, by value.</summary>
internal sealed class FileSetState : IEquatable<FileSetState>
{
    private readonly Dictionary<string, string> _files;

    private FileSetState(Dictionary<string, string> files) => _files = files;

    public static FileSetState Of(IEnumerable<KeyValuePair<string, string>> files)
    {
        var state = new Dictionary<string, string>();
        foreach (var (path, fingerprint) in files)
        {
            state[path] = fingerprint;
        }

        return new FileSetState(state);
    }

    public static FileSetState Failing(string message) => new(new Dictionary<string, string> { [""] = message });

    public bool Equals(FileSetState? other)
    {
        if (other is null || _files.Count != other._files.Count)
        {
            return false;
        }

        foreach (var (path, fingerprint) in _files)
        {
            if (!other._files.TryGetValue(path, out var theirs) || theirs != fingerprint)
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as FileSetState);

    public override int GetHashCode() => _files.Count;
}
