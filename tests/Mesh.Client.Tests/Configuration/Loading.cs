using System.Globalization;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration;

/// <summary>Loads texts and finds findings, so that a test is one arrangement and one claim.</summary>
internal static class Loading
{
    public static LoadedDocument Yaml(string text) => DocumentLoader.Load(MeshDocument.FromIstioYaml("rules.yaml", text));

    public static LoadedDocument Json(string text) => DocumentLoader.Load(MeshDocument.FromIstioJson("rules.json", text));

    public static LoadedDocument Section(string text) => DocumentLoader.Load(MeshDocument.FromMeshJson("appsettings.json", text));

    /// <summary>A VirtualService with the given <c>http</c> entry, indented for it.</summary>
    public static LoadedDocument Route(string http) => Yaml(
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: reviews\nspec:\n  hosts: [reviews]\n  http:\n" + Indent(http, "  "));

    /// <summary>A rule that matches as given and routes to reviews.</summary>
    public static LoadedDocument Match(string match) => Route("- match:\n" + Indent(match, "  ") + "  route:\n  - destination: { host: reviews }\n");

    /// <summary>A DestinationRule whose spec is a host and what is given.</summary>
    public static LoadedDocument Destination(string spec) => Yaml(
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata:\n  name: reviews\nspec:\n  host: reviews\n" + Indent(spec, "  "));

    public static HttpRouteConfiguration FirstRoute(LoadedDocument document)
    {
        NotRefused(document);
        return document.Configuration.VirtualServices[0].Http[0];
    }

    public static DestinationRuleConfiguration FirstDestination(LoadedDocument document)
    {
        NotRefused(document);
        return document.Configuration.DestinationRules[0];
    }

    public static void NotRefused(LoadedDocument document) => Assert.False(document.IsRefused, string.Join('\n', document.Findings));

    public static void Clean(LoadedDocument document) => Assert.True(document.Findings.Count == 0, string.Join('\n', document.Findings));

    public static MeshFinding Refused(LoadedDocument document, string code, string path)
    {
        Assert.True(document.IsRefused, "The document is not refused.");
        Assert.Same(MeshConfiguration.Empty, document.Configuration);
        var finding = Find(document.Findings, code, path);
        Assert.Equal(MeshFindingSeverity.Error, finding.Severity);
        return finding;
    }

    public static MeshFinding Warned(LoadedDocument document, string code, string path) => Accepted(document, code, path, MeshFindingSeverity.Warning);

    public static MeshFinding Informed(LoadedDocument document, string code, string path) => Accepted(document, code, path, MeshFindingSeverity.Info);

    public static MeshFinding Secured(LoadedDocument document, string path) => Accepted(document, FindingCodes.UnbuiltSecurity, path, MeshFindingSeverity.Error);

    public static MeshFinding Find(IEnumerable<MeshFinding> findings, string code, string path)
    {
        var all = findings.ToList();
        var finding = all.FirstOrDefault(finding => finding.Code == code && finding.Path == path);
        Assert.True(finding is not null, string.Create(CultureInfo.InvariantCulture, $"No {code} at {path} among:\n{string.Join('\n', all)}"));
        return finding;
    }

    private static MeshFinding Accepted(LoadedDocument document, string code, string path, MeshFindingSeverity severity)
    {
        NotRefused(document);
        var finding = Find(document.Findings, code, path);
        Assert.Equal(severity, finding.Severity);
        Assert.False(finding.RefusesDocument);
        return finding;
    }

    private static string Indent(string text, string by) => string.Concat(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => by + line + "\n"));
}
