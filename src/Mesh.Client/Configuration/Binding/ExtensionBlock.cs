namespace Mesh.Client.Configuration;

/// <summary>What goes beyond Istio: the block <c>x-mesh</c> in the section and in files, and an annotation with the same as JSON on objects of
/// Kubernetes, whose schemas drop fields that they do not know.</summary>
internal static class ExtensionBlock
{
    public const string Field = "x-mesh";

    /// <summary>The tree that an annotation holds; null and a finding where it is not JSON.</summary>
    public static ConfigurationNode? Read(ConfigurationNode annotation, FindingSink findings)
    {
        var problems = new List<MeshFinding>();
        var source = annotation.Position.Source ?? "";
        if (JsonNodeReader.Read(source, annotation.Text ?? "", annotation.Path, PathStyle.Dots, problems) is { } block)
        {
            return block;
        }

        findings.Error(problems[0].Code, annotation, $"the annotation '{MetadataBinder.ExtensionAnnotation}' cannot be read: {problems[0].Message}",
            "Write a JSON object in it, or remove it.");
        return null;
    }

    public static void ReportBoth(ConfigurationNode at, FindingSink findings)
        => findings.Error(FindingCodes.ConvertedTwice, at,
            $"the block '{Field}' and the annotation '{MetadataBinder.ExtensionAnnotation}' stand for the same, and both are written.", "Remove one of them.");
}
