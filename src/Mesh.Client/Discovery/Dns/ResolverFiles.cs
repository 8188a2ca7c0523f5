using Microsoft.Extensions.Logging;

namespace Mesh.Client.Discovery.Dns;

/// <summary>
/// The system files that say how names are found. As long as anyone subscribes they are looked at every few seconds: they have no time to
/// live, and whoever mends one of them wants neither to wait for the end of a back-off nor for that of a long time to live. (By their time
/// stamps; notifications of the file system fail on the bind mounts that containers have here.)
/// </summary>
internal sealed class ResolverFiles(TimeProvider timeProvider, ILogger logger, string resolvConfPath, string hostsPath)
{
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly WatchedFile<ResolvConf> _resolvConf = new(resolvConfPath, ResolvConf.Empty, ResolvConf.Parse);
    private readonly WatchedFile<HostsFile> _hosts = new(hostsPath, HostsFile.Empty, HostsFile.Parse);
    private readonly HashSet<Subscription> _subscriptions = [];
    private (ResolvConf ResolvConf, HostsFile Hosts) _seen;
    private ITimer? _timer;

    public ResolvConf ResolvConf => _resolvConf.Value;

    public HostsFile Hosts => _hosts.Value;

    /// <param name="changed">Called after a file was written, from any thread, until the subscription is disposed.</param>
    public IDisposable Subscribe(Action changed)
    {
        var subscription = new Subscription(this, changed);
        var now = (ResolvConf, Hosts);
        lock (_gate)
        {
            if (_subscriptions.Count == 0)
            {
                _seen = now;
                _timer = DetachedTimer.Create(timeProvider, static files => files.Look(), this, "The look at the files of the resolver", logger);
                _timer.Change(LookInterval, Timeout.InfiniteTimeSpan);
            }

            _subscriptions.Add(subscription);
        }

        return subscription;
    }

    private void Look()
    {
        var now = (ResolvConf, Hosts);
        Subscription[] told;
        lock (_gate)
        {
            // What did not change is the same object.
            told = ReferenceEquals(now.ResolvConf, _seen.ResolvConf) && ReferenceEquals(now.Hosts, _seen.Hosts) ? [] : [.. _subscriptions];
            _seen = now;
            _timer?.Change(LookInterval, Timeout.InfiniteTimeSpan);
        }

        foreach (var subscription in told)
        {
            Background.Run(subscription, static subscription => subscription.Changed(), "The news of a file of the resolver", logger);
        }
    }

    private void End(Subscription subscription)
    {
        lock (_gate)
        {
            if (_subscriptions.Remove(subscription) && _subscriptions.Count == 0)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }
    }

    private sealed class Subscription(ResolverFiles files, Action changed) : IDisposable
    {
        public void Changed() => changed();

        public void Dispose() => files.End(this);
    }
}
