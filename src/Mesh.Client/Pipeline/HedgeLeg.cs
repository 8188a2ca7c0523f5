using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>One of the requests of a hedged attempt: the first one, on the caller's message, or a copy, which is a call of its own.</summary>
internal sealed class HedgeLeg
{
    // Not a failed one for each copy: its exception would be reported as unobserved.
    private static readonly Task<HttpResponseMessage> NotSent
        = System.Threading.Tasks.Task.FromCanceled<HttpResponseMessage>(new CancellationToken(canceled: true));

    private readonly CancellationTokenSource? _source;

    /// <summary>The attempt itself.</summary>
    public HedgeLeg(MeshCall call, Task<HttpResponseMessage> task) => (Call, Task) = (call, task);

    private HedgeLeg(MeshCall copy, CancellationTokenSource source)
    {
        (Call, _source) = (copy, source);
        Task = NotSent;
    }

    public MeshCall Call { get; }

    public bool IsCopy => _source is not null;

    /// <summary>Its answer, or how it failed.</summary>
    public Task<HttpResponseMessage> Task { get; private set; }

    /// <summary>It has ended, and what it held is given back.</summary>
    public bool IsOver { get; private set; }

    /// <summary>A copy that the cluster's limits have let in; null where they have not. It holds its place, and is to be sent or ended.</summary>
    public static HedgeLeg? Enter(MeshCall call, EndpointState endpoint)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(call.Token);
        var copy = MeshCall.Begin(call.Runtime, call.Snapshot, call.Host, call.Request, isAsync: true, redirectsLeft: 0, source.Token);
        copy.Cluster = call.Cluster;
        copy.Policy = call.Policy;
        copy.Hash = call.Hash;
        copy.Balancer = (Balancer)call.Cluster!.Balancer!;
        copy.Endpoint = endpoint;
        var leg = new HedgeLeg(copy, source);
        if ((ClusterResilience.Of(call.Cluster).Limits is not { } admission || copy.TryEnterLimits(admission, endpoint))
            && (call.Cluster.Limits is not ConnectionLimits limits || copy.TryEnterPoolAtOnce(limits)))
        {
            return leg;
        }

        leg.End();
        return null;
    }

    /// <summary>Sends the copy of the call's request. Never throws: what goes wrong is how the copy ends.</summary>
    public void Send(MeshCall call, CallRunner runner, HedgeWatch watch)
    {
        call.Attempts++;
        call.Hedges++;
        Task = SendAsync(call, runner);
        watch.Watch(Task);
    }

    /// <summary>It is not needed any more.</summary>
    public void Cancel(HedgeWatch watch)
    {
        if (_source is null)
        {
            watch.Cancel(Call.Runtime.BackgroundLogger);
        }
        else
        {
            Background.Run(_source, static source => source.Cancel(), "The end of a copy that is not needed any more", Call.Runtime.BackgroundLogger);
        }
    }

    /// <summary>Gives back what it holds; nothing of what another call has taken over.</summary>
    public void End()
    {
        IsOver = true;
        if (_source is null)
        {
            Call.EndCopied();
        }
        else
        {
            Call.Release();
            _source.Dispose();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(MeshCall call, CallRunner runner)
    {
        Call.SendAs(RepeatedRequest.Of(call, resendCount: call.Attempts - 1));

        // It says which of all attempts it is, not the first of its own.
        Call.Attempts = call.Attempts - 1;
        Call.BeginAttempt(Call.Endpoint!);
        return await runner.SendAsync(Call, Call.Token).ConfigureAwait(false);
    }
}
