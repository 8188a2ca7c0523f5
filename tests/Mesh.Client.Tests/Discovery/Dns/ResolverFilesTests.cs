using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Discovery.Dns;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Tests.Discovery.Dns;

public sealed class ResolverFilesTests : IDisposable
{
    private readonly TestClock _time = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-files").FullName;
    private readonly ResolverFiles _files;
    private int _news;

    public ResolverFilesTests()
    {
        _files = new ResolverFiles(_time, NullLogger.Instance, ResolvConfPath, HostsPath);
    }

    private string HostsPath => Path.Combine(_folder, "hosts");

    private string ResolvConfPath => Path.Combine(_folder, "resolv.conf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Subscription_hears_of_each_file_that_was_written_once()
    {
        using var subscription = _files.Subscribe(() => _news++);
        _time.Advance(ResolverFiles.LookInterval);
        Assert.Equal(0, _news);

        File.WriteAllText(HostsPath, "10.0.0.1 one\n");
        _time.Advance(ResolverFiles.LookInterval * 2);
        Assert.Equal(1, _news);

        File.WriteAllText(ResolvConfPath, "search lan\n");
        _time.Advance(ResolverFiles.LookInterval * 2);
        Assert.Equal(2, _news);
    }

    [Fact]
    public void Subscription_hears_of_a_change_that_an_answer_has_seen_already()
    {
        using var subscription = _files.Subscribe(() => _news++);
        File.WriteAllText(HostsPath, "10.0.0.1 one\n");
        Assert.Single(_files.Hosts.Find("one"));

        _time.Advance(ResolverFiles.LookInterval);
        Assert.Equal(1, _news);
    }

    [Fact]
    public void Subscription_that_fails_does_not_keep_the_news_from_others()
    {
        using var failing = _files.Subscribe(() => throw new InvalidOperationException("broken"));
        using var subscription = _files.Subscribe(() => _news++);
        File.WriteAllText(HostsPath, "10.0.0.1 one\n");
        _time.Advance(ResolverFiles.LookInterval);

        Assert.Equal(1, _news);
    }

    [Fact]
    public void Files_are_looked_at_as_long_as_anyone_subscribes()
    {
        var first = _files.Subscribe(() => _news++);
        var second = _files.Subscribe(() => _news++);
        first.Dispose();
        first.Dispose();
        Assert.Equal(1, _time.ArmedTimers);

        second.Dispose();
        Assert.Equal(0, _time.LiveTimers);
        File.WriteAllText(HostsPath, "10.0.0.1 one\n");
        using var third = _files.Subscribe(() => _news++);
        _time.Advance(ResolverFiles.LookInterval);
        Assert.Equal(0, _news);
    }

    [Fact]
    public async Task Watcher_asks_again_when_the_hosts_file_was_written_whatever_the_time_to_live()
    {
        using var server = new LoopbackDnsServer();
        server.Addresses("one.example", 3600, "10.0.0.9");
        var source = new DnsParts(server.Address, _time, ResolvConfPath, HostsPath).Source;
        using (var watcher = new EndpointWatcher(
            Services.Named("one.example"), _ => source, new RefreshSchedule(MeshRandom.Seeded(1)), _time, NullLogger.Instance, _ => { }))
        {
            watcher.Start();
            await Eventually.TrueAsync(() => watcher.Endpoints is [{ Address: "10.0.0.9" }] && _time.ArmedTimers == 2);

            await File.WriteAllTextAsync(HostsPath, "10.0.0.1 one.example\n", TestContext.Current.CancellationToken);
            _time.Advance(ResolverFiles.LookInterval);
            await Eventually.TrueAsync(() => watcher.Endpoints is [{ Address: "10.0.0.1" }]);
        }

        await Eventually.TrueAsync(() => _time.LiveTimers == 0);
    }
}
