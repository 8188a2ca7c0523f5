using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Configuration.Schema;

/// <summary>The package has the schema where its targets file tells editors to look.</summary>
public sealed class SchemaPackageTests
{
    private const string Folder = "$(MSBuildThisFileDirectory)";
    private static readonly string Project = RepositoryRoot.Combine("src", "Mesh.Client");

    [Fact]
    public void Targets_file_points_at_the_schema()
    {
        var segment = Segment();
        var include = (string)segment.Attribute("Include")!;

        Assert.StartsWith(Folder, include, StringComparison.Ordinal);
        var target = Path.GetFullPath(Path.Combine(Project, "build", include[Folder.Length..]));
        Assert.Equal(Path.Combine(Project, "ConfigurationSchema.json"), target);
    }

    [Theory]
    [InlineData("appsettings.json", true)]
    [InlineData("appsettings.Production.json", true)]
    [InlineData("settings.xml", false)]
    public void Schema_is_for_files_of_settings(string file, bool isMeant)
        => Assert.Equal(isMeant, Regex.IsMatch(file, (string)Segment().Attribute("FilePathPattern")!, RegexOptions.CultureInvariant));

    /// <summary>The folders beside the schema are those in which the package manager looks, for direct and for indirect references.</summary>
    [Theory]
    [InlineData("ConfigurationSchema.json", "")]
    [InlineData("build/Mesh.Client.targets", "build/Mesh.Client.targets;buildTransitive/Mesh.Client.targets")]
    public void Project_packs(string file, string path)
    {
        var item = XDocument.Load(Path.Combine(Project, "Mesh.Client.csproj")).Descendants("None").Single(item => (string?)item.Attribute("Update") == file);

        Assert.Equal(("true", path), ((string?)item.Attribute("Pack"), (string?)item.Attribute("PackagePath")));
    }

    private static XElement Segment()
        => XDocument.Load(Path.Combine(Project, "build", "Mesh.Client.targets")).Descendants("JsonSchemaSegment").Single();
}
