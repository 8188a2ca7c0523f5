using Mesh.Client.Configuration;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Configuration;

/// <summary>Rule files that other people wrote, where they lie beside the repository; equivalents of our own stand in the other tests.</summary>
public sealed class SharedFilesTests
{
    [Theory]
    [InlineData("slides")]
    [InlineData("istio-bookinfo")]
    public void Load_every_file_loads_and_every_finding_is_expected(string folder)
    {
        foreach (var file in Files(folder))
        {
            var document = Load(file);

            Loading.NotRefused(document);
            var codes = document.Findings.Select(finding => finding.Code).Distinct().Order(StringComparer.Ordinal);
            Assert.Equal((Path.GetFileName(file), string.Join(' ', Expected(Path.GetFileName(file)))), (Path.GetFileName(file), string.Join(' ', codes)));
        }
    }

    [Fact]
    public void Load_all_slides_together_have_only_the_dangling_references_of_ratings()
    {
        var files = Files("slides").Where(file => !file.Contains("delay", StringComparison.Ordinal) && !file.Contains("by-user", StringComparison.Ordinal) && !file.Contains("99", StringComparison.Ordinal));

        var (_, findings) = ConfigurationMerger.Merge([.. files.Select(Load)]);

        Assert.All(findings, finding => Assert.Equal((FindingCodes.DanglingSubset, "VirtualService default/ratings"), (finding.Code, finding.Resource)));
        Assert.Equal(2, findings.Count);
    }

    private static string[] Expected(string file) => file switch
    {
        "httpbin-circuit-breaker.yaml" => [FindingCodes.Deprecated],
        "ratings-abort-jason.yaml" or "ratings-delay-jason.yaml" => [FindingCodes.Deprecated],
        "bookinfo-gateway.yaml" or "certmanager-gateway.yaml" => [FindingCodes.GatewayOnly, FindingCodes.GatewayAccepted],
        "destination-rule-all-mtls.yaml" => [FindingCodes.UnbuiltSecurity],
        "fault-injection-details-v1.yaml" => [FindingCodes.Unreachable],
        _ => [],
    };

    private static LoadedDocument Load(string file) => DocumentLoader.Load(MeshDocument.FromIstioYaml(file, File.ReadAllText(file)));

    private static string[] Files(string folder)
    {
        var path = Find(folder);
        Assert.SkipWhen(path is null, $"There is no folder shared/data/{folder} beside the repository.");
        return [.. Directory.EnumerateFiles(path!, "*.yaml").Order(StringComparer.Ordinal)];
    }

    private static string? Find(string folder)
    {
        var path = RepositoryRoot.Shared is { } shared ? Path.Combine(shared, "data", folder) : null;
        return Directory.Exists(path) ? path : null;
    }
}
