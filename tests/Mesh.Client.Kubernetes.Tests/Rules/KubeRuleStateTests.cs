using Mesh.Client.Configuration;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Rules;

/// <summary>A process that keeps its last good rules, and the one after it, which starts while the real API server is down.</summary>
public sealed class KubeRuleStateTests : IDisposable
{
    private const string Space = "default";

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"mesh-state-{Guid.NewGuid():N}");

    private string Saved => Path.Combine(_path, "rules.json");

    public void Dispose()
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    /// <summary>With a wait that never ends by itself: nothing but what was kept lets it start.</summary>
    [KubeFact]
    public async Task Rules_that_were_kept_hold_at_once_where_the_server_is_down_at_the_start_and_are_replaced_when_it_is_back()
    {
        await using var api = await KubeServer.StartAsync(["istio"]);
        await RunAsync(api);
        await api.KillAsync();

        await using var mesh = await Eventually.EndsAsync(StartAsync(api, Timeout.InfiniteTimeSpan));
        Assert.Equal(418, await mesh.CallAsync("one.test"));
        Assert.Equal(SourceFindings.RestoredRules, Assert.Single(mesh.Mesh.Findings).Code);
        Assert.DoesNotContain(mesh.Log.Entries, entry => entry.Id.Id == 9100);

        await api.RestartAsync();
        await api.Api.PatchAsync(RuleMesh.Path(Space, "one"), RuleMesh.Answer(451));
        await mesh.UntilAsync("one.test", 451, TimeSpan.FromSeconds(90));
        await Eventually.TrueAsync(() => mesh.Mesh.Findings.Count == 0);
    }

    [KubeFact]
    public async Task Rules_that_cannot_be_used_are_told_of_and_done_without()
    {
        await using var api = await KubeServer.StartAsync(["istio"]);
        await RunAsync(api);
        await api.KillAsync();
        var whole = await File.ReadAllTextAsync(Saved);
        foreach (var content in new[] { whole[..(whole.Length / 2)], whole.Replace("\"version\":1", "\"version\":99", StringComparison.Ordinal) })
        {
            Assert.NotEqual(whole, content);
            await File.WriteAllTextAsync(Saved, content);
            await using var mesh = await StartAsync(api, TimeSpan.FromMilliseconds(200));

            Assert.Contains(mesh.Log.Complaints, entry => entry.Id.Id == 10001 && entry.Message.Contains(Saved, StringComparison.Ordinal));
            Assert.Contains(mesh.Log.Complaints, entry => entry.Id.Id == 9100);
            Assert.Equal(0, await mesh.CallAsync("one.test"));
        }
    }

    private async Task RunAsync(KubeServer api)
    {
        await RuleMesh.CreateAsync(api, Space, "one", "one.test", 418);
        await using (var mesh = await StartAsync(api, TimeSpan.FromMinutes(1)))
        {
            await mesh.UntilAsync("one.test", 418);
        }

        Assert.Contains("VirtualService/default/one", await File.ReadAllTextAsync(Saved), StringComparison.Ordinal);
    }

    private Task<RuleMesh> StartAsync(KubeServer api, TimeSpan wait) => RuleMesh.StartAsync(api.KubeConfig, Space, options => options.RulesWait = wait, _path);
}
