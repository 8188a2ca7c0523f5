namespace Mesh.Client.Configuration;

/// <summary>
/// Fingerprints of files by content. Small files are read at every look, since neither time stamp nor length tell apart two files of a
/// reproducible image, or two writes within one tick of the file system's clock; large ones are read again only where either differs, and for
/// a few looks after.
/// </summary>
internal sealed class FingerprintCache
{
    private const int AlwaysRead = 256 * 1024;
    private const int LooksAfterChange = 3;

    private readonly Dictionary<string, Entry> _entries = [];

    /// <summary>Null where there is no such file. Not for use by two threads at once.</summary>
    public string? Look(string path)
    {
        var stamp = Stamp(path);
        _entries.TryGetValue(path, out var known);
        if (stamp.Length > AlwaysRead && known is not null && known.Stamp == stamp && known.Looks >= LooksAfterChange)
        {
            return known.Fingerprint;
        }

        var reading = FileContent.Read(path);
        if (reading.IsMissing)
        {
            _entries.Remove(path);
            return null;
        }

        var fingerprint = FileContent.Fingerprint(reading);
        var looks = known is not null && known.Stamp == stamp ? known.Looks + 1 : 0;
        _entries[path] = new Entry(stamp, fingerprint, looks);
        return fingerprint;
    }

    private static (long Length, DateTime Written) Stamp(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return (RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return default;
        }
    }

    private sealed record Entry((long Length, DateTime Written) Stamp, string Fingerprint, int Looks);
}
