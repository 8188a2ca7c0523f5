using System.Security.Cryptography;
using System.Text;

namespace Mesh.Client.Configuration;

/// <summary>Reads rule files whole: bounded, and never half of one state and half of another.</summary>
internal static class FileContent
{
    public const int MaximumBytes = 16 * 1024 * 1024;

    private const int Attempts = 3;

    public static FileReading Read(string path)
    {
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                var before = (RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle));
                if (before.Item1 > MaximumBytes)
                {
                    return TooLarge(before.Item1);
                }

                using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
                var reading = Read(stream);
                if (reading.Failure is not null || before == (RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle)))
                {
                    return reading;
                }

                if (attempt == Attempts)
                {
                    return new FileReading(null, "it changed while it was read");
                }
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return FileReading.Missing;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return new FileReading(null, exception.Message);
        }
    }

    /// <summary>The same for a file that only its provider can open.</summary>
    public static FileReading Read(Stream stream)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int count;
        while ((count = stream.Read(chunk)) > 0)
        {
            if (buffer.Length + count > MaximumBytes)
            {
                return TooLarge(buffer.Length + count);
            }

            buffer.Write(chunk, 0, count);
        }

        return new FileReading(buffer.ToArray(), null);
    }

    /// <summary>Equal where two readings mean the same.</summary>
    public static string Fingerprint(FileReading reading)
        => reading.Bytes is { } bytes ? Convert.ToHexString(SHA256.HashData(bytes)) : $"failing: {reading.Failure}";

    /// <summary>The text, without a byte order mark; null where the bytes are no text.</summary>
    public static string? Decode(byte[] bytes)
    {
        try
        {
            using var reader = new StreamReader(
                new MemoryStream(bytes),
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
                detectEncodingFromByteOrderMarks: true);
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static FileReading TooLarge(long length)
        => new(null, $"it has more than {MaximumBytes / 1024 / 1024} MB ({length} bytes were seen), the most that is read");
}
