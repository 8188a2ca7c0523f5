namespace Mesh.Client.Tests.Configuration.Sources;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("mesh-tests-").FullName;

    public string PathOf(string name) => Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes beside and renames into place.</summary>
    public void Replace(string name, string text) => File.Move(Write(name + ".tmp", text), PathOf(name), overwrite: true);

    public void Delete(string name) => File.Delete(PathOf(name));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
