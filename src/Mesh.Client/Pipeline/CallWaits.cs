using Mesh.Client.Faults;
using Mesh.Client.Resilience;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>What a call waits for beside its answers. A synchronous one waits on its own thread and gets a finished task.</summary>
internal static class CallWaits
{
    public static Task EnterPoolAsync(MeshCall call, ConnectionLimits limits)
    {
        if (!call.TryEnterPool(limits, out var pending) || pending is null)
        {
            return Task.CompletedTask;
        }

        if (call.IsAsync)
        {
            return WaitAsync();
        }

        pending.Wait(call.Token);
        call.HoldConnection();
        return Task.CompletedTask;

        async Task WaitAsync()
        {
            await pending.WaitAsync(call.Token).ConfigureAwait(false);
            call.HoldConnection();
        }
    }

    public static async Task<HttpResponseMessage?> InjectAsync(MeshCall call, FaultDecision fault)
    {
        if (fault.Delay > TimeSpan.Zero)
        {
            call.Flags |= MeshResponseFlags.DelayInjected;
            await DelayAsync(call, fault.Delay, call.CallerToken).ConfigureAwait(false);
        }

        return fault.AbortHttpStatus != 0 ? CallRouter.Abort(call, fault)
            : call.Deadline?.Left <= TimeSpan.Zero ? CallRouter.NothingLeft(call)
            : null;
    }

    public static Task DelayAsync(MeshCall call, TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay <= TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        if (call.IsAsync)
        {
            return Wait.DelayAsync(delay, call.Runtime.TimeProvider, cancellationToken);
        }

        Wait.Delay(delay, call.Runtime.TimeProvider, cancellationToken);
        return Task.CompletedTask;
    }

    public static Task UntilReadyAsync(MeshCall call)
    {
        if (call.IsAsync)
        {
            return call.Runtime.Clusters.WaitUntilReadyAsync(call.Cluster!, call.Token);
        }

        call.Runtime.Clusters.WaitUntilReady(call.Cluster!, call.Token);
        return Task.CompletedTask;
    }
}
