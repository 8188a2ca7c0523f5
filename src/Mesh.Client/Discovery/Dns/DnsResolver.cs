using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Discovery.Dns;

/// <summary>Finds records, along aliases, by the name servers and system files as they are at the time. Shared by all that is looked up by DNS.</summary>
#pragma warning disable CA1001 // the semaphore has nothing to dispose of as long as nobody takes its wait handle
internal sealed class DnsResolver
#pragma warning restore CA1001
{
    /// <summary>Each is a socket. Questions beyond wait for their turn.</summary>
    private const int MaximumQuestions = 128;

    /// <summary>More than any name has; those that lead in a circle have more.</summary>
    private const int MaximumAliases = 16;

    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly ResolverFiles _files;
    private readonly SemaphoreSlim _turns = new(MaximumQuestions);
    private DnsConfiguration _configuration = new();
    private Asking? _asking;

    public DnsResolver(TimeProvider timeProvider, ILogger logger)
        : this(
            timeProvider,
            logger,
            "/etc/resolv.conf",
            OperatingSystem.IsWindows() ? Path.Combine(Environment.SystemDirectory, "drivers", "etc", "hosts") : "/etc/hosts")
    {
    }

    internal DnsResolver(TimeProvider timeProvider, ILogger logger, string resolvConfPath, string hostsPath)
    {
        _timeProvider = timeProvider;
        _logger = logger;
        _files = new ResolverFiles(timeProvider, logger, resolvConfPath, hostsPath);
    }

    public ResolvConf ResolvConf => _files.ResolvConf;

    public HostsFile Hosts => _files.Hosts;

    /// <summary>False where nothing changed.</summary>
    public bool Configure(DnsConfiguration configuration)
    {
        var previous = Interlocked.Exchange(ref _configuration, configuration);
        return !previous.NameServers.SequenceEqual(configuration.NameServers);
    }

    /// <inheritdoc cref="IEndpointSource.Subscribe"/>
    public IDisposable Subscribe(Action changed) => _files.Subscribe(changed);

    /// <param name="name">Absolute; a final dot is no matter.</param>
    /// <param name="type">Of the records.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DiscoveryException">No name server to ask.</exception>
    public async Task<DnsReply> FindAsync(string name, DnsRecordType type, CancellationToken cancellationToken)
    {
        var questioner = GetQuestioner();
        var question = new DnsQuestion(name.TrimEnd('.'), type);
        var aliases = 0;
        var validFor = TimeSpan.MaxValue;
        while (true)
        {
            DnsMessage message;
            try
            {
                message = await questioner.AskAsync(question, cancellationToken).ConfigureAwait(false);
            }
            catch (DiscoveryException exception)
            {
                return DnsReply.Failed(exception.Message, exception.IsSilence);
            }

            // The aliases on the way count too: when one of them moves, so do the records.
            var end = question.Name;
            while (message.Answers.FirstOrDefault(record => record.Type == DnsRecordType.CNAME && record.Is(end)) is { } alias)
            {
                if (++aliases > MaximumAliases)
                {
                    return DnsReply.Failed($"the aliases of {name.TrimEnd('.')} lead in a circle, or over more than {MaximumAliases} names");
                }

                validFor = Min(validFor, alias.TimeToLive);
                end = alias.Target;
            }

            if (message.Code == DnsResponseCode.NotExistent)
            {
                return DnsReply.None(Min(validFor, message.NegativeValidity));
            }

            List<DnsRecord> records = [.. message.Answers.Where(record => record.Type == type && record.Is(end))];
            if (records.Count > 0)
            {
                return new DnsReply(records, Min(validFor, records.Min(record => record.TimeToLive))) { Additionals = message.Additionals };
            }

            if (message.HasAuthority || message.Answers.Count == 0)
            {
                return DnsReply.None(Min(validFor, message.NegativeValidity));
            }

            // Nothing is said of the end of the aliases, or of the name itself.
            if (end == question.Name || !EndpointAddressText.IsName(end))
            {
                return DnsReply.Failed($"the answer to {question} holds records of other names only");
            }

            question = question with { Name = end };
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>One for each set of name servers; the system's are read anew when <c>resolv.conf</c> was written.</summary>
    private DnsQuestioner GetQuestioner()
    {
        var configuration = Volatile.Read(ref _configuration);
        var resolvConf = _files.ResolvConf;
        var asking = Volatile.Read(ref _asking);
        if (asking is null || asking.Configuration != configuration || asking.ResolvConf != resolvConf)
        {
            asking = new Asking(configuration, resolvConf, new DnsQuestioner(configuration, resolvConf, _timeProvider, _turns, _logger));
            Volatile.Write(ref _asking, asking);
        }

        return asking.Questioner;
    }

    private sealed record Asking(DnsConfiguration Configuration, ResolvConf ResolvConf, DnsQuestioner Questioner);
}
