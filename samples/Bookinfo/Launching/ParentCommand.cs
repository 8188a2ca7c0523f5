using System.Globalization;

namespace Bookinfo.Launching;

/// <summary><c>dotnet run</c> stands between the shell and this program. When it is killed nobody tells the program below it, so that one looks.</summary>
internal static class ParentCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Cancels when the parent was a dotnet command and is gone. On other systems than Linux, and below a shell, nothing is watched: a shell
    /// may leave while its programs go on.</summary>
    public static async Task WatchAsync(CancellationTokenSource ending)
    {
        if (!OperatingSystem.IsLinux() || ReadParent() is not { } parent || ReadName(parent) != "dotnet")
        {
            return;
        }

        try
        {
            while (ReadParent() == parent)
            {
                await Task.Delay(Pause, ending.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await ending.CancelAsync();
    }

    private static int? ReadParent()
    {
        // "pid (name) state parent ..."; the name may hold anything, a parenthesis too.
        var fields = ReadOrNull("/proc/self/stat") is { } stat ? stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        return fields.Length > 1 && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var parent) ? parent : null;
    }

    private static string? ReadName(int processId) => ReadOrNull($"/proc/{processId}/comm")?.Trim();

    private static string? ReadOrNull(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
