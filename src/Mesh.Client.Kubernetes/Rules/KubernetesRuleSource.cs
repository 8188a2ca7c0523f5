using Mesh.Client.Configuration;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Kubernetes.Rules;

/// <summary>
/// The rules at the API server, an object a document: each is taken or refused alone, and the last good version of one that is refused stays. A server that goes away
/// changes nothing, and one that is not there at the start holds the process up for a while at most.
/// </summary>
internal sealed class KubernetesRuleSource : IMeshConfigurationSource, IRuleSource, IDisposable
{
    /// <summary>How long a server that says nothing is waited for where rules of an earlier run stand in for its own.</summary>
    private static readonly TimeSpan WaitWithSubstitute = TimeSpan.FromSeconds(3);

    private readonly KubernetesCluster _cluster;
    private readonly RuleSignal _signal;
    private bool _isAwaited;
    private bool _hasSubstitute;

    public KubernetesRuleSource(KubernetesCluster cluster)
    {
        _cluster = cluster;
        _signal = new RuleSignal(cluster.TimeProvider);
        Watches = new RuleWatches(cluster, _signal.Raise);
    }

    public string Name => "the Kubernetes API server";

    public bool IsRemote => true;

    /// <summary>Neither somebody else's object nor a server that is away is a reason not to start.</summary>
    public bool IsOptionalAtStart => true;

    public RuleWatches Watches { get; }

    private bool IsOn => _cluster.Options.Rules;

    public IChangeToken GetChangeToken()
    {
        if (IsOn)
        {
            Watches.Start();
        }

        return _signal.Token;
    }

    public void OnSubstituteKnown() => Volatile.Write(ref _hasSubstitute, true);

    /// <summary>Waits for the first rules, without a thread, for as long as the options say; what is not there by then comes later. Where an earlier run left
    /// its rules the first failure ends the wait.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (!IsOn || Volatile.Read(ref _isAwaited))
        {
            return;
        }

        Watches.Start();
        var hasSubstitute = Volatile.Read(ref _hasSubstitute);
        var wait = hasSubstitute && (_cluster.Options.RulesWait == Timeout.InfiniteTimeSpan || _cluster.Options.RulesWait > WaitWithSubstitute)
            ? WaitWithSubstitute
            : _cluster.Options.RulesWait;
        try
        {
            // Who must not start without rules waits for somebody to grant the rights.
            var enough = hasSubstitute ? Task.WhenAny(Watches.Troubled, Watches.Forbidden)
                : wait == Timeout.InfiniteTimeSpan ? Watches.Hopeless
                : Task.WhenAny(Watches.Hopeless, Watches.Forbidden);
            await Task.WhenAny(Watches.Known, enough).WaitAsync(wait, _cluster.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (hasSubstitute)
        {
            // That its rules are those of an earlier run is told where they are taken.
        }
        catch (TimeoutException)
        {
            RuleLog.Late(_cluster.Logger, _cluster.Options.RulesWait);
        }

        Volatile.Write(ref _isAwaited, true);
    }

    public IReadOnlyList<SourceDocument> Read()
    {
        if (!IsOn)
        {
            return [];
        }

        if (!Volatile.Read(ref _isAwaited))
        {
            // A host has waited before; without one this is the thread of the first use, which has to have the rules, as it has to have files read.
            WaitAsync(CancellationToken.None).GetAwaiter().GetResult();
        }

        if (!Watches.Known.IsCompleted)
        {
            // What an earlier run left on disk, if anything, stands in for it.
            throw new TimeoutException($"The API server has not given its rules yet; they are taken when it does. {Watches.Problem}");
        }

        var documents = new List<SourceDocument>();
        foreach (var watch in Watches.All)
        {
            watch.AddTo(documents);
        }

        return documents;
    }

    public IReadOnlyList<MeshDocument> Load() => [.. Read().Select(document => document.Document!)];

    public void Dispose()
    {
        Watches.Dispose();
        _signal.Dispose();
    }
}
