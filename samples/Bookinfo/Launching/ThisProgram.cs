using System.Runtime.InteropServices;
using Bookinfo.Hosting;

namespace Bookinfo.Launching;

/// <summary>How this program is started once more, by the launcher and by people.</summary>
internal static class ThisProgram
{
    private const string Name = "Bookinfo";

    /// <summary>The executable and its leading arguments: itself where it was published or built with one, else dotnet and the library.
    /// The latter holds inside a test runner too.</summary>
    public static (string FileName, IReadOnlyList<string> Arguments) Command()
    {
        if (Environment.ProcessPath is { } path && string.Equals(Path.GetFileNameWithoutExtension(path), Name, StringComparison.OrdinalIgnoreCase))
        {
            return (path, []);
        }

        return (DotNet(), ["exec", Path.Combine(AppContext.BaseDirectory, $"{Name}.dll")]);
    }

    /// <summary>What to type to start one service of the set again.</summary>
    public static string RestartCommand(ServiceOptions options)
    {
        var here = Directory.GetCurrentDirectory();
        var arguments = ServiceArguments.Shortest(options);
        if (ContentRoot.IsProject(options.ContentRoot))
        {
            // Without building: the binaries are in use.
            string[] release = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                ? ["-c", "Release"]
                : [];
            return Join(["dotnet", "run", "--no-build", .. release, "--project", Path.GetRelativePath(here, options.ContentRoot), "--", .. arguments]);
        }

        var (fileName, leading) = Command();
        return Join([fileName, .. leading, "--content-root", options.ContentRoot, .. arguments]);
    }

    private static string DotNet()
    {
        if (Environment.ProcessPath is { } path && string.Equals(Path.GetFileNameWithoutExtension(path), "dotnet", StringComparison.OrdinalIgnoreCase))
        {
            return path;
        }

        // <root>/shared/Microsoft.NETCore.App/<version>/
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var muxer = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        return File.Exists(muxer) ? muxer : "dotnet";
    }

    private static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(w => w.Contains(' ', StringComparison.Ordinal) ? $"\"{w}\"" : w));
}
