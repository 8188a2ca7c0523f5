using System.Text.Json.Nodes;
using Bookinfo.Launching;
using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Reload;

/// <summary>Rules that change under load: no call fails, none goes by half of a set.</summary>
public sealed class ReloadTests(RunningBookinfo bookinfo, ITestOutputHelper output) : IDisposable
{
    private const int Edits = 100;
    private const int Callers = 8;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bookinfo-reload-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("yaml")]
    [InlineData("json")]
    public async Task Hundred_edits_under_load_fail_no_call_and_none_is_seen_in_half(string form)
    {
        RuleFile file = form == "yaml" ? new RuleFile.Yaml(_folder.FullName) : new RuleFile.Json(_folder.FullName);
        file.Write(0);
        await using var caller = form == "yaml"
            ? new MeshCaller([ServicesFile()], [file.Path])
            : new MeshCaller([ServicesFile(), file.Path], []);
        await using var load = new WatchfulLoad(caller.Client, Callers);
        await load.SeesAsync(0);

        for (var number = 1; number <= Edits; number++)
        {
            switch (number % 10)
            {
                case 3:
                    file.WriteInvalid(number);
                    await RefusedAsync(caller.Mesh);
                    break;
                case 5:
                    // Gone before anybody may have seen it.
                    file.Write(number);
                    break;
                case 7:
                    await file.WriteInHalvesAsync(number);
                    await load.SeesAsync(number);
                    break;
                default:
                    file.Write(number);
                    await load.SeesAsync(number);
                    break;
            }
        }

        await load.StopAsync();
        output.WriteLine($"{load.Calls} calls");
        Assert.True(load.Failures.IsEmpty, $"{load.Failures.Count} of {load.Calls} calls: {string.Join('\n', load.Failures.Take(20))}");
        Assert.DoesNotContain(caller.Mesh.Findings, finding => finding.Severity == MeshFindingSeverity.Error);
        using var response = await caller.SendAsync("http://left:9080/reviews/0");
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(Edits, RuleSet.NumberIn(result.Rule));
    }

    [Fact]
    public async Task Edit_that_is_invalid_keeps_the_last_good_rules_and_says_where_and_why()
    {
        var file = new RuleFile.Yaml(_folder.FullName);
        file.Write(1);
        await using var caller = new MeshCaller([ServicesFile()], [file.Path]);
        using (var before = await caller.SendAsync("http://left:9080/reviews/0"))
        {
            Assert.True(before.IsSuccessStatusCode);
        }

        file.WriteInvalid(13);
        await RefusedAsync(caller.Mesh);

        using var response = await caller.SendAsync("http://left:9080/reviews/0");
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(1, RuleSet.NumberIn(result.Rule));
        var finding = Assert.Single(caller.Mesh.Findings, finding =>
            finding.Path.StartsWith("spec.http[0].rout", StringComparison.Ordinal) && finding.Resource.EndsWith("left", StringComparison.Ordinal));
        Assert.Equal(MeshFindingSeverity.Error, finding.Severity);
        Assert.EndsWith("rules.yaml", finding.Source, StringComparison.Ordinal);
        Assert.Contains(caller.Log.Complaints, entry => entry.Message.Contains(finding.ToString(), StringComparison.Ordinal));
    }

    private static Task RefusedAsync(IMesh mesh)
        => Eventually.TrueAsync(() => mesh.Findings.Any(finding => finding.Severity == MeshFindingSeverity.Error), "the invalid edit to be refused");

    /// <summary>Two names for the same two processes, so that each answers for both.</summary>
    private string ServicesFile()
    {
        var services = new JsonObject();
        foreach (var name in RuleSet.Services)
        {
            services[name] = new JsonObject
            {
                ["Ports"] = new JsonArray(new JsonObject { ["Number"] = 9080, ["Name"] = "http" }),
                ["Endpoints"] = new JsonArray(Endpoint(bookinfo.Launcher.Find("reviews", "v1")), Endpoint(bookinfo.Launcher.Find("reviews", "v2"))),
            };
        }

        var path = Path.Combine(_folder.FullName, "services.json");
        File.WriteAllText(path, new JsonObject { ["Mesh"] = new JsonObject { ["Services"] = services } }.ToJsonString());
        return path;
    }

    private static JsonObject Endpoint(ServiceInstance instance) => new()
    {
        ["Address"] = instance.Spec.Authority,
        ["Labels"] = new JsonObject { ["version"] = instance.Spec.Version },
    };
}
