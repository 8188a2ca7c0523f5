namespace Mesh.Client.TestKit;

/// <summary>Programs that tests start and that are no part of .NET. In CI they count as there, so that a missing one fails its tests.</summary>
/// <example><code>[Fact(Skip = ExternalPrograms.ChromiumMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasChromium))]
/// [Trait("Needs", "chromium")]</code></example>
internal static class ExternalPrograms
{
    public const string ChromiumMissing = "Chromium is missing: apt-get install chromium, or set MESH_CHROMIUM to its path.";

    /// <summary>The browser's path: <c>MESH_CHROMIUM</c>, else what the PATH finds; null where there is none.</summary>
    public static string? Chromium { get; } = Find("MESH_CHROMIUM", "chromium", "chromium-browser", "google-chrome");

    public static bool HasChromium => Chromium is not null || IsCi;

    private static bool IsCi => Environment.GetEnvironmentVariable("CI") == "true";

    private static string? Find(string variable, params string[] names)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path)
        {
            return path;
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
