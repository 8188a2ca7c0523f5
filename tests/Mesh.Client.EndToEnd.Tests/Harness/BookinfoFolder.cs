using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>A copy of the sample's settings and rule files, for a test to edit while Bookinfo runs on it (<c>--content-root</c>).</summary>
internal sealed class BookinfoFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bookinfo-test-");

    public BookinfoFolder()
    {
        var sample = RepositoryRoot.Combine("samples", "Bookinfo");
        foreach (var file in Directory.EnumerateFiles(sample, "appsettings*.json"))
        {
            File.Copy(file, System.IO.Path.Combine(Path, System.IO.Path.GetFileName(file)));
        }

        var rules = Directory.CreateDirectory(System.IO.Path.Combine(Path, "rules"));
        foreach (var file in Directory.EnumerateFiles(System.IO.Path.Combine(sample, "rules")))
        {
            File.Copy(file, System.IO.Path.Combine(rules.FullName, System.IO.Path.GetFileName(file)));
        }
    }

    public string Path => _folder.FullName;

    public string Settings => System.IO.Path.Combine(Path, "appsettings.json");

    public string Rule(string name) => System.IO.Path.Combine(Path, "rules", name);

    /// <summary>Replaces a file in one step, as most editors do: no reader sees half of it.</summary>
    public static void Replace(string file, string text)
    {
        var next = file + ".next";
        File.WriteAllText(next, text);
        File.Move(next, file, overwrite: true);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
