using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Discovery.Dns;

/// <summary>
/// A and AAAA records, found the way people expect from the operating system: addresses stand for themselves, <c>localhost</c> is this
/// machine, <c>/etc/hosts</c> comes before DNS, and short names are completed as <c>resolv.conf</c> says; but with the records' time to live.
/// </summary>
#pragma warning disable CA1001 // the semaphore has nothing to dispose of as long as nobody takes its wait handle
internal sealed class DnsEndpointSource : IEndpointSource
#pragma warning restore CA1001
{
    /// <summary>Each is two questions at once, on a socket each. Names beyond wait for their turn.</summary>
    private const int MaximumLookups = 64;

    /// <summary>Once one family has answered, a server that drops questions for the other must not hold up the first call.</summary>
    private static readonly TimeSpan OtherFamilyLimit = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly ResolverFiles _files;
    private readonly Func<bool> _reachesV6;
    private readonly SemaphoreSlim _turns = new(MaximumLookups);
    private DnsConfiguration _configuration = new();
    private Asking? _asking;

    public DnsEndpointSource(TimeProvider timeProvider, ILogger logger)
        : this(
            timeProvider,
            logger,
            "/etc/resolv.conf",
            OperatingSystem.IsWindows() ? Path.Combine(Environment.SystemDirectory, "drivers", "etc", "hosts") : "/etc/hosts",
            HasV6Address)
    {
    }

    internal DnsEndpointSource(TimeProvider timeProvider, ILogger logger, string resolvConfPath, string hostsPath, Func<bool> reachesV6)
    {
        _timeProvider = timeProvider;
        _logger = logger;
        _files = new ResolverFiles(timeProvider, logger, resolvConfPath, hostsPath);
        _reachesV6 = reachesV6;
    }

    /// <summary>False where nothing changed.</summary>
    public bool Configure(DnsConfiguration configuration)
    {
        var previous = Interlocked.Exchange(ref _configuration, configuration);
        return !previous.NameServers.SequenceEqual(configuration.NameServers);
    }

    public ValueTask<EndpointAnswer> ResolveAsync(EndpointQuestion question, CancellationToken cancellationToken)
    {
        var name = question.Name;
        if (EndpointAddressText.TryParseIp(name.Trim('[', ']'), out var address))
        {
            return new(new EndpointAnswer([EndpointAddress.FromIp(address, 0)], Timeout.InfiniteTimeSpan));
        }

        if (IsLocalhost(name))
        {
            // One machine is one endpoint: with ::1 beside it every other call would try a port that few servers bind.
            var loopback = Socket.OSSupportsIPv4 ? IPAddress.Loopback : IPAddress.IPv6Loopback;
            return new(new EndpointAnswer([EndpointAddress.FromIp(loopback, 0)], Timeout.InfiniteTimeSpan));
        }

        if (!EndpointAddressText.IsName(name))
        {
            throw new DiscoveryException($"The service {question.Service} cannot be looked up: \"{name}\" is not a DNS name (labels of 1 to 63 letters,"
                + " digits, hyphens and underscores, 253 characters in all).")
            {
                IsPermanent = true,
            };
        }

        // The hosts file has no time to live; its subscribers hear of changes.
        var listed = _files.Hosts.Find(name);
        return listed.Count > 0 ? new(new EndpointAnswer(ToEndpoints(listed), Timeout.InfiniteTimeSpan)) : SearchInTurnAsync(name, cancellationToken);
    }

    public IDisposable Subscribe(Action changed) => _files.Subscribe(changed);

    private static bool IsLocalhost(string name)
    {
        var trimmed = name.AsSpan().TrimEnd('.');
        return trimmed.Equals("localhost", StringComparison.OrdinalIgnoreCase) || trimmed.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>In an order that does not change with that of the answer.</summary>
    private static List<Endpoint> ToEndpoints(IEnumerable<IPAddress> addresses) =>
        [.. addresses.Select(address => EndpointAddress.FromIp(address, 0)).DistinctBy(endpoint => endpoint.Address)
            .OrderBy(endpoint => endpoint.Address, StringComparer.Ordinal)];

    private async ValueTask<EndpointAnswer> SearchInTurnAsync(string name, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await SearchAsync(name, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async ValueTask<EndpointAnswer> SearchAsync(string name, CancellationToken cancellationToken)
    {
        var questioner = GetQuestioner();
        string? failure = null;
        var negativeFor = TimeSpan.MaxValue;
        var candidates = _files.ResolvConf.Candidates(name);
        foreach (var candidate in candidates)
        {
            // A search suffix can make a good name too long.
            if (!EndpointAddressText.IsName(candidate))
            {
                continue;
            }

            var (v4, v6) = await AskBothAsync(questioner, candidate, cancellationToken).ConfigureAwait(false);
            if (v4.Addresses.Count > 0 || v6.Addresses.Count > 0)
            {
                return ToAnswer(v4, v6);
            }

            failure ??= v4.Failure ?? v6.Failure;
            negativeFor = Min(negativeFor, Min(v4.ValidFor, v6.ValidFor));
        }

        // As long as one question is open, nobody has said that there are none.
        return failure is null
            ? new EndpointAnswer([], negativeFor) { Explanation = $"DNS has no address for {string.Join(", ", candidates.Select(candidate => candidate.TrimEnd('.')))}." }
            : throw new DiscoveryException($"DNS failed for {name}: {failure}.");
    }

    private async Task<(DnsReply V4, DnsReply V6)> AskBothAsync(DnsQuestioner questioner, string name, CancellationToken cancellationToken)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var v4 = questioner.AskAsync(name, AddressFamily.InterNetwork, abandon.Token);
        var v6 = questioner.AskAsync(name, AddressFamily.InterNetworkV6, abandon.Token);
        var first = await Task.WhenAny(v4, v6).ConfigureAwait(false);
        var second = first == v4 ? v6 : v4;
        if ((await first.ConfigureAwait(false)).Addresses.Count > 0)
        {
            try
            {
                await second.WaitAsync(OtherFamilyLimit, _timeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                await abandon.CancelAsync().ConfigureAwait(false);
                var late = DnsReply.Failed($"{name} was answered for one address family and not within {OtherFamilyLimit.TotalSeconds} s for the other");
                DiscoveryLog.OtherFamilyLate(_logger, name);
                return second == v6 ? (await first.ConfigureAwait(false), late) : (late, await first.ConfigureAwait(false));
            }
        }

        return (await v4.ConfigureAwait(false), await v6.ConfigureAwait(false));
    }

    private EndpointAnswer ToAnswer(DnsReply v4, DnsReply v6)
    {
        // As resolvers do: on a machine without IPv6 every call to such an address would only fail, and half of all would try.
        if (v4.Addresses.Count > 0 && v6.Addresses.Count > 0 && !_reachesV6())
        {
            v6 = v6 with { Addresses = [] };
        }

        // A family without addresses says with its negative validity when to look for some; that may wait for the other's.
        var validFor = v4.Addresses.Count == 0 ? v6.ValidFor : v6.Addresses.Count == 0 ? v4.ValidFor : Min(v4.ValidFor, v6.ValidFor);
        return new EndpointAnswer(ToEndpoints([.. v4.Addresses, .. v6.Addresses]), validFor)
        {
            LeavesOpen = v4.Failure is not null ? static endpoint => !IsV6(endpoint) : v6.Failure is not null ? IsV6 : null,
        };
    }

    private static bool HasV6Address()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(network => network.OperationalStatus != OperationalStatus.Down)
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Any(unicast => unicast.Address.AddressFamily == AddressFamily.InterNetworkV6
                    && !unicast.Address.IsIPv6LinkLocal && !IPAddress.IsLoopback(unicast.Address));
        }
        catch (Exception exception) when (exception is NetworkInformationException or PlatformNotSupportedException)
        {
            return true;
        }
    }

    private static bool IsV6(Endpoint endpoint) => endpoint.Host.Contains(':');

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>One client per set of name servers; the system's are read anew when <c>resolv.conf</c> was written.</summary>
    private DnsQuestioner GetQuestioner()
    {
        var configuration = Volatile.Read(ref _configuration);
        var resolvConf = _files.ResolvConf;
        var asking = Volatile.Read(ref _asking);
        if (asking is null || asking.Configuration != configuration || asking.ResolvConf != resolvConf)
        {
            asking = new Asking(configuration, resolvConf, new DnsQuestioner(configuration));
            Volatile.Write(ref _asking, asking);
        }

        return asking.Questioner;
    }

    private sealed record Asking(DnsConfiguration Configuration, ResolvConf ResolvConf, DnsQuestioner Questioner);
}
