namespace Bookinfo.Hosting;

/// <summary>A log entry on its way from a service to its launcher: on one line, so that it arrives in one piece.</summary>
internal static class PipedEntry
{
    // ASCII's own separator of records, which no text has.
    private const char LineEnd = '\u001e';

    public static string Write(string text) => text.ReplaceLineEndings("\n").Replace('\n', LineEnd);

    public static string Read(string line) => line.Replace(LineEnd, '\n');
}
