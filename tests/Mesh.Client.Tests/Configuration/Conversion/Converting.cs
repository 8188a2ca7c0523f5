using System.Collections;
using System.Globalization;
using System.Reflection;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Conversion;

/// <summary>Converts texts and shows what a configuration says, places left out.</summary>
internal static class Converting
{
    public static string ToJson(string yaml) => Text(MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("rules.yaml", yaml)));

    public static string ToYaml(string json) => Text(MeshConversion.ToIstioYaml(MeshDocument.FromMeshJson("appsettings.json", json)));

    /// <summary>The text of a conversion that leaves nothing out.</summary>
    public static string Text(MeshConversionResult result)
    {
        Assert.True(result.Findings.Count == 0, string.Join('\n', result.Findings));
        return result.Text!;
    }

    /// <summary>The one finding of a conversion that fails.</summary>
    public static MeshFinding Refused(MeshConversionResult result, string code)
    {
        Assert.False(result.Succeeded, result.Text);
        Assert.Null(result.Text);
        var finding = Assert.Single(result.Findings);
        Assert.Equal((code, MeshFindingSeverity.Error, true), (finding.Code, finding.Severity, finding.RefusesDocument));
        return finding;
    }

    /// <summary>The one finding of a conversion that leaves something out.</summary>
    public static MeshFinding LeftOut(MeshConversionResult result, MeshFindingSeverity severity = MeshFindingSeverity.Warning)
    {
        Assert.True(result.Succeeded, string.Join('\n', result.Findings));
        var finding = Assert.Single(result.Findings);
        Assert.Equal((FindingCodes.NotConverted, severity, false), (finding.Code, finding.Severity, finding.RefusesDocument));
        return finding;
    }

    public static LoadedDocument LoadJson(string json)
    {
        var findings = new List<MeshFinding>();
        var section = SectionText.Find("converted", json, findings);
        Assert.Empty(findings);
        return DocumentLoader.LoadSection("converted", section!);
    }

    /// <summary>Every rule of a document and what was found in it.</summary>
    public static string Rules(LoadedDocument document)
    {
        Loading.NotRefused(document);
        var rules = document.Configuration;
        var findings = document.Findings.Select(finding => $"{finding.Severity} {finding.Code} {finding.Resource}").Order(StringComparer.Ordinal);
        return Describe(new object[] { rules.VirtualServices, rules.DestinationRules, rules.GatewayRoutes, rules.Gateways, rules.UnbuiltSecurityPolicies }) + Describe(findings);
    }

    public static string Describe(object? value) => value switch
    {
        null => "null",
        string or bool or (ValueType and IFormattable) => string.Create(CultureInfo.InvariantCulture, $"'{value}'"),
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        IEnumerable items => "[" + string.Join(", ", items.Cast<object?>().Select(Describe)) + "]",
        _ => "{" + string.Join(", ", Properties(value).Select(property => $"{property.Name}: {Describe(property.GetValue(value))}")) + "}",
    };

    private static List<PropertyInfo> Properties(object value)
    {
        var properties = value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.PropertyType != typeof(ConfigurationNode) && property.GetIndexParameters().Length == 0)
            .ToList();
        return properties.Count > 0 || value is not ValueType
            ? properties
            : throw new InvalidOperationException($"{value.GetType()} would be described as nothing.");
    }
}
