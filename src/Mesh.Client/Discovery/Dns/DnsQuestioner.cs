using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Mesh.Client.Configuration;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Discovery.Dns;

/// <summary>Asks the name servers in turn, as <c>resolv.conf</c> says, until one of them answers.</summary>
internal sealed class DnsQuestioner
{
    /// <summary>Where <c>resolv.conf</c> says nothing else. Shorter than the 5 s of resolvers, so that a second server can answer within the
    /// time that a first call waits.</summary>
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A server that said nothing is asked after the others for so long.</summary>
    private static readonly TimeSpan SilenceMemory = TimeSpan.FromSeconds(30);

    private const int DefaultAttempts = 2;

    private readonly NameServer[] _servers;
    private readonly ResolvConf _resolvConf;
    private readonly TimeProvider _timeProvider;
    private readonly SemaphoreSlim _turns;
    private readonly ILogger _logger;
    private readonly TimeSpan _timeout;
    private int _rotation = -1;

    /// <param name="configuration">The name servers, where rules give some.</param>
    /// <param name="resolvConf">Those of the system otherwise, and how to ask.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="turns">How many questions are open at once.</param>
    /// <param name="logger">Where servers are told of that send something else than answers.</param>
    /// <exception cref="DiscoveryException">No name server to ask.</exception>
    public DnsQuestioner(DnsConfiguration configuration, ResolvConf resolvConf, TimeProvider timeProvider, SemaphoreSlim turns, ILogger logger)
    {
        _servers = ReadServers(configuration, resolvConf);
        _resolvConf = resolvConf;
        _timeProvider = timeProvider;
        _turns = turns;
        _logger = logger;
        _timeout = resolvConf.Timeout ?? DefaultTimeout;
    }

    /// <returns>That the name has records, has none of this type, or does not exist.</returns>
    /// <exception cref="DiscoveryException">No server said any of these; the message tells what each of them did.</exception>
    public async Task<DnsMessage> AskAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        var hasAnybodyAnswered = false;
        var attempts = _resolvConf.Attempts ?? DefaultAttempts;
        var servers = Order();
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            foreach (var server in servers)
            {
                var (message, failure) = await AskInTurnAsync(server, question, cancellationToken).ConfigureAwait(false);
                if (failure is null)
                {
                    return message!;
                }

                hasAnybodyAnswered |= message is not null;
                if (!failures.Contains(failure))
                {
                    failures.Add(failure);
                }
            }
        }

        throw new DiscoveryException(string.Join("; ", failures)) { IsSilence = !hasAnybodyAnswered };
    }

    /// <summary>In the order of <c>resolv.conf</c>, or beginning with another one each time where it says so; silent ones last.</summary>
    private NameServer[] Order()
    {
        var first = _resolvConf.Rotates ? (int)((uint)Interlocked.Increment(ref _rotation) % (uint)_servers.Length) : 0;
        return [.. _servers[first..].Concat(_servers[..first]).OrderBy(server => server.IsSilent(_timeProvider, SilenceMemory))];
    }

    private async Task<(DnsMessage? Message, string? Failure)> AskInTurnAsync(NameServer server, DnsQuestion question, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await AskAsync(server, question, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <returns>What the server said, and why that is no answer; one of them may be missing.</returns>
    private async Task<(DnsMessage? Message, string? Failure)> AskAsync(NameServer server, DnsQuestion question, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_timeout, _timeProvider);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var message = await ExchangeAsync(server, question, limit.Token).ConfigureAwait(false);
            server.MarkAnswered();
            return message.Code switch
            {
                DnsResponseCode.NoError when IsReferral(message) => (message, $"{server} knows nothing of {question} and asks nobody else"),
                DnsResponseCode.NoError or DnsResponseCode.NotExistent => (message, null),
                var code => (message, $"{server} answered {code} to {question}"),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            server.MarkSilent(_timeProvider.GetTimestamp());
            return (null, $"{server} did not answer {question} within {_timeout.TotalSeconds:0.###} s");
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            server.MarkSilent(_timeProvider.GetTimestamp());
            return (null, $"{server} could not be asked for {question}: {exception.Message}");
        }
        catch (DiscoveryException exception)
        {
            return (null, exception.Message);
        }
    }

    private async Task<DnsMessage> ExchangeAsync(NameServer server, DnsQuestion question, CancellationToken cancellationToken)
    {
        var exchange = new DnsExchange(server.EndPoint, (_, asked) => Stray(server, asked));
        var hadEdns = server.HasEdns;
        var message = await exchange.AskAsync(question, hadEdns, _resolvConf.UsesConnections, cancellationToken).ConfigureAwait(false);
        if (!hadEdns || message.Code is not (DnsResponseCode.FormatError or DnsResponseCode.NotImplemented or DnsResponseCode.BadVersion))
        {
            return message;
        }

        // It may know the time before EDNS (RFC 6891, section 7).
        message = await exchange.AskAsync(question, hasEdns: false, _resolvConf.UsesConnections, cancellationToken).ConfigureAwait(false);
        server.HasEdns = message.Code is not (DnsResponseCode.NoError or DnsResponseCode.NotExistent);
        return message;
    }

    private void Stray(NameServer server, DnsQuestion question)
    {
        if (server.IsFirstStray())
        {
            DiscoveryLog.DnsStray(_logger, server.ToString(), question.ToString());
        }
    }

    private static bool IsReferral(DnsMessage message) =>
        message is { IsAuthoritative: false, IsRecursive: false, Answers.Count: 0, HasAuthority: false };

    private static NameServer[] ReadServers(DnsConfiguration configuration, ResolvConf resolvConf)
    {
        // Never a public server in place of none: internal names are nobody else's business.
        NameServer[] servers = configuration.NameServers.Count > 0 ? [.. configuration.NameServers.Select(NameServer.Parse)]
            : resolvConf.NameServers.Count > 0 ? [.. resolvConf.NameServers.Select(NameServer.At)]
            : OperatingSystem.IsWindows() ? [.. ServersOfInterfaces().Select(NameServer.At)]
            : [];
        return servers.Length > 0
            ? servers
            : throw new DiscoveryException("The operating system names no DNS server. Set Mesh:Dns:NameServers to ip or ip:port.");
    }

    /// <summary>The site-local ones are what Windows lists in place of none.</summary>
    private static List<IPAddress> ServersOfInterfaces()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces()
                .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(network => network.GetIPProperties().DnsAddresses)
                .Where(address => !address.IsIPv6SiteLocal)
                .Distinct()];
        }
        catch (NetworkInformationException exception)
        {
            throw new DiscoveryException($"The DNS servers of the operating system cannot be read ({exception.Message}). Set Mesh:Dns:NameServers to ip or ip:port.", exception);
        }
    }
}
