namespace Bookinfo.Hosting;

/// <summary>What of the mesh's log is shown without <c>--verbose</c> too: that an edit is live, and that what was broken is mended.</summary>
internal sealed class RuleNews(ServiceOptions options)
{
    public const string Category = "Mesh.Client.Configuration";

    private const string Section = "section Mesh";

    private static readonly string[] LevelKeys = [Category, "Mesh.Client", "Mesh", "Default"];
    private static readonly int[] Events = [1003, 1005, 1010];

    public static bool Is(EventId id) => Events.Contains(id.Id);

    /// <summary>Whether somebody who set levels wants to see the category in full.</summary>
    public static bool AreShownAnyway(IConfiguration configuration)
        => LevelKeys.Select(key => configuration[$"Logging:LogLevel:{key}"]).FirstOrDefault(level => level is not null) is { } level
            && Enum.TryParse<LogLevel>(level, ignoreCase: true, out var parsed)
            && parsed <= LogLevel.Information;

    /// <summary>The mesh knows its section, people know the file that they have just saved.</summary>
    public string Text(string message)
        => message.Contains(Section, StringComparison.Ordinal) ? message.Replace(Section, LastSaved(), StringComparison.Ordinal) : message;

    private string LastSaved()
    {
        IEnumerable<string> files = Directory.EnumerateFiles(options.ContentRoot, "appsettings*.json");
        return Path.GetFileName(files.Concat(options.ServicesFile is null ? [] : [options.ServicesFile]).MaxBy(File.GetLastWriteTimeUtc)) ?? Section;
    }
}
