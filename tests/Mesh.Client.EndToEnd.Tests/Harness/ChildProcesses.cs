using System.Diagnostics;
using System.Globalization;

namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>The service processes of a launcher, found by their arguments in <c>/proc</c>.</summary>
internal static class ChildProcesses
{
    public const string NeedsProc = "Processes are looked up in /proc, which only Linux has.";

    public static bool HasProc => OperatingSystem.IsLinux();

    public static IReadOnlyList<int> Of(int launcher) => [.. All().Where(process => IsChild(process.Arguments, launcher)).Select(process => process.Id)];

    public static int Of(int launcher, string service, string version) => All().Single(process =>
        IsChild(process.Arguments, launcher) && Has(process.Arguments, "--service", service) && Has(process.Arguments, "--version", version)).Id;

    public static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public static void Kill(int id)
    {
        using var process = Process.GetProcessById(id);
        process.Kill();
    }

    private static bool IsChild(string[] arguments, int launcher)
        => Has(arguments, "--parent-pid", launcher.ToString(CultureInfo.InvariantCulture));

    private static bool Has(string[] arguments, string name, string value)
    {
        var index = Array.IndexOf(arguments, name);
        return index >= 0 && index + 1 < arguments.Length && arguments[index + 1] == value;
    }

    private static IEnumerable<(int Id, string[] Arguments)> All()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Read(folder) is { } text)
            {
                yield return (id, text.Split('\0'));
            }
        }
    }

    private static string? Read(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked, or is not ours.
            return null;
        }
    }
}
