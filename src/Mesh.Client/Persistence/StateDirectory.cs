using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Persistence;

/// <summary>The directory of saved state. A file is there whole or not at all: it is written under another name and renamed. Nothing here throws; what goes wrong is
/// a warning, and the mesh does without.</summary>
internal sealed class StateDirectory(string path, ILogger logger)
{
    /// <summary>The version of the format. Another one is not read: the state is a help and no archive.</summary>
    public const int Version = 1;

    /// <summary>More than the rules and endpoints of any process; what is larger is neither written nor read.</summary>
    internal const int MostBytes = 64 << 20;

    private string? _told;

    public string Path { get; } = path;

    /// <summary>Null where there is no file, or none that can be used.</summary>
    public T? Read<T>(JsonTypeInfo<T> type)
        where T : class, ISavedFile
    {
        var file = System.IO.Path.Combine(Path, T.FileName);
        try
        {
            using var stream = new FileStream(file, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete });
            if (stream.Length > MostBytes)
            {
                throw new FormatException($"it has {stream.Length} bytes, and {MostBytes} are read at most");
            }

            var saved = JsonSerializer.Deserialize(stream, type);
            return saved is { Version: Version } && saved.Kind == T.FileKind ? saved
                : throw new FormatException($"it says of itself to be '{saved?.Kind}' in version {saved?.Version}, and '{T.FileKind}' in version {Version} is needed");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or FormatException or NotSupportedException or ArgumentException)
        {
            PersistenceLog.NotReadable(logger, file, exception.Message);
            return null;
        }
    }

    /// <returns>Whether it is on disk now.</returns>
    public bool Write<T>(T saved, JsonTypeInfo<T> type)
        where T : class, ISavedFile
    {
        var file = System.IO.Path.Combine(Path, T.FileName);
        var temporary = $"{file}.{Environment.ProcessId}.tmp";
        try
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(saved, type);
            if (bytes.Length > MostBytes)
            {
                throw new IOException($"It would have {bytes.Length} bytes, and {MostBytes} are written at most.");
            }

            Create();
            using (var stream = new FileStream(temporary, OptionsOfPrivateFile()))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, file, overwrite: true);
            _told = null;
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            // The same again every few minutes tells nobody more.
            if (_told != exception.Message)
            {
                _told = exception.Message;
                PersistenceLog.NotWritable(logger, file, exception.Message);
            }

            Remove(temporary);
            return false;
        }
    }

    /// <summary>Rules may name what is nobody else's business.</summary>
    private static FileStreamOptions OptionsOfPrivateFile()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private static void Remove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            // Told already: the directory cannot be written to. The next attempt uses the same name.
        }
    }

    private void Create()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path);
        }
        else
        {
            Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
