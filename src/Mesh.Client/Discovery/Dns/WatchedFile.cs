namespace Mesh.Client.Discovery.Dns;

/// <summary>A small system file, read again when its time stamp or length has changed. A missing or unreadable one is what it was before.</summary>
internal sealed class WatchedFile<T>(string path, T empty, Func<string, T> parse)
    where T : class
{
    private sealed record Reading(T Value, DateTime WrittenAt, long Length);

    private Reading _reading = new(empty, default, -1);

    public T Value
    {
        get
        {
            var reading = Volatile.Read(ref _reading);
            try
            {
                var file = new FileInfo(path);
                if (!file.Exists || (file.LastWriteTimeUtc == reading.WrittenAt && file.Length == reading.Length))
                {
                    return reading.Value;
                }

                var next = new Reading(parse(File.ReadAllText(path)), file.LastWriteTimeUtc, file.Length);
                Volatile.Write(ref _reading, next);
                return next.Value;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return reading.Value;
            }
        }
    }
}
