using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>The rule files that come with the sample.</summary>
internal static class SampleRules
{
    private static string Folder => RepositoryRoot.Combine("samples", "Bookinfo", "rules");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    public static string PathOf(string name) => Path.Combine(Folder, name);

    public static string Read(string name) => File.ReadAllText(PathOf(name));
}
