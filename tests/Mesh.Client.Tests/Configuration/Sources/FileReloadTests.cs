using Mesh.Client.Configuration;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests.Configuration.Sources;

/// <summary>Edits of real files, in real time, seen by a running watcher.</summary>
public sealed class FileReloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Edit_of_a_rule_file_goes_live()
    {
        _folder.Write("a.yaml", "1");
        using var source = Source("*.yaml");
        using var bench = Started(source);

        _folder.Write("a.yaml", "2");

        await Eventually.TrueAsync(() => bench.Live == "a.yaml=2", "the edit is live");
    }

    [Fact]
    public async Task Hundred_replacements_one_in_ten_refused_end_with_the_last()
    {
        _folder.Write("a.yaml", "0");
        using var source = Source("*.yaml");
        using var bench = Started(source);

        for (var i = 1; i <= 100; i++)
        {
            _folder.Replace("a.yaml", i % 10 == 5 ? $"bad {i}" : $"{i}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(() => bench.Live == "a.yaml=100", "the last edit is live");
        Assert.All(bench.Updates, update => Assert.Matches("^a.yaml=[0-9]+$", update.Configuration.Namespace));
        await Eventually.TrueAsync(() => bench.Watcher.Findings.Count == 0, "no finding is left");
    }

    [Fact]
    public async Task Files_come_and_go()
    {
        using var source = Source("istio/*.yaml");
        using var bench = Started(source);

        _folder.Write("istio/a.yaml", "1");
        await Eventually.TrueAsync(() => bench.Live == "istio/a.yaml=1", "the new file is live");
        _folder.Write("istio/b.yaml", "2");
        await Eventually.TrueAsync(() => bench.Live == "istio/a.yaml=1 istio/b.yaml=2", "the second file is live");
        _folder.Delete("istio/a.yaml");
        await Eventually.TrueAsync(() => bench.Live == "istio/b.yaml=2", "the deleted file's rules are gone");
        Directory.Delete(_folder.PathOf("istio"), recursive: true);
        await Eventually.TrueAsync(() => bench.Live == "", "the deleted directory's rules are gone");
        _folder.Write("istio/a.yaml", "3");
        await Eventually.TrueAsync(() => bench.Live == "istio/a.yaml=3", "the directory made anew is watched");
    }

    [Fact]
    public async Task File_that_becomes_unreadable_keeps_its_rules_until_it_can_be_read_again()
    {
        _folder.Write("a.yaml", "1");
        using var source = Source("a.yaml");
        using var bench = Started(source);

        _folder.Delete("a.yaml");
        Directory.CreateDirectory(_folder.PathOf("a.yaml"));
        await Eventually.TrueAsync(() => bench.Watcher.Findings.Count == 1, "the failure is a finding");
        Assert.Equal("a.yaml=1", bench.Live);
        Directory.Delete(_folder.PathOf("a.yaml"));
        _folder.Write("a.yaml", "2");

        await Eventually.TrueAsync(() => bench.Live == "a.yaml=2", "the file is read again");
        Assert.Single(bench.Updates, update => update.Configuration.Namespace == "a.yaml=2");
    }

    [Fact]
    public async Task Edit_of_the_settings_file_goes_live()
    {
        _folder.Write("appsettings.json", """{ "Mesh": { "Namespace": "one" } }""");
        var configuration = Configuration();
        using var bench = Started(configuration);

        _folder.Write("appsettings.json", """{ "Mesh": { "Namespace": "two" } }""");

        await Eventually.TrueAsync(() => bench.Live == """section Mesh={Namespace:"two"}""", "the edit is live");
    }

    [Theory]
    [InlineData("""{ "Mesh": { "Names""")]
    [InlineData("")]
    [InlineData("""{ "Logging": { } }""")]
    [InlineData("""{ "Mesh": null }""")]
    [InlineData(null)]
    public async Task Settings_file_that_loses_the_section_keeps_the_rules_until_it_is_mended(string? broken)
    {
        _folder.Write("appsettings.json", """{ "Mesh": { "Namespace": "one" } }""");
        var configuration = Configuration();
        using var bench = Started(configuration);

        if (broken is null)
        {
            _folder.Delete("appsettings.json");
        }
        else
        {
            _folder.Write("appsettings.json", broken);
        }

        await Eventually.TrueAsync(() => bench.Watcher.Findings.Count > 0, "the loss is a finding");
        Assert.Single(bench.Updates);
        Assert.Contains(bench.Logs, log => log.Level == LogLevel.Error);
        _folder.Write("appsettings.json", """{ "Mesh": { "Namespace": "two" } }""");

        await Eventually.TrueAsync(() => bench.Live == """section Mesh={Namespace:"two"}""", "the mended file is live");
        Assert.Empty(bench.Watcher.Findings);
    }

    [Fact]
    public async Task Section_emptied_on_purpose_goes_live()
    {
        _folder.Write("appsettings.json", """{ "Mesh": { "Namespace": "one" } }""");
        var configuration = Configuration();
        using var bench = Started(configuration);

        _folder.Write("appsettings.json", """{ "Mesh": { } }""");

        await Eventually.TrueAsync(() => bench.Live == "section Mesh={}", "the empty section is live");
    }

    [Fact]
    public async Task Section_that_was_absent_at_start_goes_live()
    {
        _folder.Write("appsettings.json", "{ }");
        var configuration = Configuration();
        using var bench = Started(configuration);
        Assert.False(bench.Updates[0].IsConfigured);

        _folder.Write("appsettings.json", """{ "Mesh": { "Namespace": "one" } }""");

        await Eventually.TrueAsync(() => bench.Live == """section Mesh={Namespace:"one"}""", "the new section is live");
        Assert.True(bench.Updates[^1].IsConfigured);
    }

    [Fact]
    public void Reload_of_the_configuration_reads_the_other_providers_again()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Mesh:Namespace", "one")]).Build();
        using var bench = new WatcherBench(new ConfigurationSectionReader(configuration, "Mesh", null, NodeText.Read));
        bench.Watcher.Start();

        configuration["Mesh:Namespace"] = "two";
        configuration.Reload();
        bench.Settle();

        Assert.Equal("section Mesh={Namespace:'two'}", bench.Live);
    }

    private static WatcherBench Started(IstioFileSource source)
    {
        var bench = new WatcherBench(null, TimeProvider.System, source);
        bench.Watcher.Start();
        return bench;
    }

    private WatcherBench Started(IConfiguration configuration)
    {
        var reader = new ConfigurationSectionReader(configuration, "Mesh", _folder.Root, NodeText.Read);
        var bench = new WatcherBench(reader, TimeProvider.System);
        bench.Watcher.Start();
        return bench;
    }

    private IConfigurationRoot Configuration() => new ConfigurationBuilder()
        .SetBasePath(_folder.Root)
        .AddJsonFile("appsettings.json", optional: true, reloadOnChange: true)
        .Build();

    private IstioFileSource Source(params string[] patterns) => new(patterns, _folder.Root, TimeProvider.System);
}
