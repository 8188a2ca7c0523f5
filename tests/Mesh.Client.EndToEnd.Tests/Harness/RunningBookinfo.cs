using Bookinfo.Launching;
using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(RunningBookinfo))]

// Tests change the rules of one Bookinfo, and two sets of processes at once would only take the processor from each other.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>The sample's six processes, started once for all tests, with a rule file that each test fills anew.</summary>
public sealed class RunningBookinfo : IAsyncLifetime
{
    private const string RulesAreLive = "info Mesh.Client.Configuration: Mesh rules are live after a change";

    private readonly BookinfoFolder _folder = new();
    private readonly ServiceLog _log = new();
    private BookinfoLauncher? _launcher;
    private string _rules = "# no rules yet\n";

    internal BookinfoLauncher Launcher => _launcher ?? throw new InvalidOperationException("Bookinfo does not run.");

    internal string Settings => _folder.Settings;

    private string RuleFile => Path.Combine(_folder.Path, "live.yaml");

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(RuleFile, _rules);
        _launcher = await BookinfoLauncher.StartAsync(new BookinfoOptions
        {
            BasePort = 0,
            ContentRoot = _folder.Path,
            Rules = [RuleFile],
            Output = _log,
            Settings = new Dictionary<string, string?>
            {
                ["Mesh:Seed"] = "20",
                ["Logging:LogLevel:Mesh.Client.Configuration"] = "Information",
            },
        });
        await Visitor.WarmAsync(_launcher.PageAddress);
    }

    /// <summary>Replaces the rules by these texts and returns when every service says that they are live.</summary>
    internal async Task UseAsync(params string[] rules)
    {
        var text = rules.Length == 0 ? "# no rules\n" : string.Join("\n---\n", rules);
        if (text == _rules)
        {
            return;
        }

        var before = Launcher.Services.Select(LiveCount).ToList();
        BookinfoFolder.Replace(RuleFile, text);
        await Eventually.TrueAsync(
            () => Launcher.Services.Zip(before).All(pair => LiveCount(pair.First) > pair.Second), "the rules to be live in every service");
        _rules = text;
    }

    /// <summary>The same with rule files of the sample, by name.</summary>
    internal Task UseFilesAsync(params string[] names) => UseAsync([.. names.Select(SampleRules.Read)]);

    public async ValueTask DisposeAsync()
    {
        if (_launcher is not null)
        {
            await _launcher.DisposeAsync();
        }

        _folder.Dispose();
    }

    private int LiveCount(ServiceInstance service) => _log.Count(service.Spec, RulesAreLive);
}
