namespace Mesh.Client.TestKit;

/// <summary>Programs that tests start and that are no part of .NET. In CI they count as there, so that a missing one fails its tests.</summary>
/// <example><code>[Fact(Skip = ExternalPrograms.ChromiumMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasChromium))]
/// [Trait("Needs", "chromium")]</code></example>
internal static class ExternalPrograms
{
    public const string ChromiumMissing = "Chromium is missing: apt-get install chromium, or set MESH_CHROMIUM to its path.";

    /// <summary>The browser's path: <c>MESH_CHROMIUM</c>, else what the PATH finds; null where there is none.</summary>
    public static string? Chromium { get; } = Find("MESH_CHROMIUM", "chromium", "chromium-browser", "google-chrome");

    public const string NamedMissing = "BIND 9 is missing: apt-get install bind9, or set MESH_NAMED to the path of named.";

    /// <summary>The name server's path: <c>MESH_NAMED</c>, else what the PATH and the folders of system programs have; null where there is none.</summary>
    public static string? Named { get; } = Find("MESH_NAMED", "named");

    public const string KubernetesMissing
        = "The Kubernetes API server is missing: eng/kube/build-server builds it (about 5 minutes, once), or set MESH_KUBE to a folder with kube-apiserver and etcd.";

    /// <summary>The folder that holds kube-apiserver, etcd, etcdctl and kubectl: <c>MESH_KUBE</c>, else what <c>eng/kube/build-server</c> made;
    /// null where there is none.</summary>
    public static string? Kubernetes { get; } = FindKubernetes();

    public static bool HasKubernetes => Kubernetes is not null || IsCi;

    public static bool HasNamed => Named is not null || IsCi;

    public static bool HasChromium => Chromium is not null || IsCi;

    private static bool IsCi => Environment.GetEnvironmentVariable("CI") == "true";

    private static string? FindKubernetes()
    {
        if (Environment.GetEnvironmentVariable("MESH_KUBE") is { Length: > 0 } path)
        {
            return path;
        }

        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var folder = Path.Combine(cache, "mesh-client", "kube", "current");
        return File.Exists(Path.Combine(folder, "kube-apiserver")) ? folder : null;
    }

    private static string? Find(string variable, params string[] names)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path)
        {
            return path;
        }

        // Servers stand where the PATH of an ordinary user does not lead.
        string[] folders =
        [
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), "/usr/local/sbin", "/usr/sbin",
        ];
        return folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
