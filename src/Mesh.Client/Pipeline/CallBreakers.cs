using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client.Pipeline;

/// <summary>Picks that meet the circuit breakers of endpoints.</summary>
internal static class CallBreakers
{
    /// <summary>The breaker of the endpoint that was picked has opened just now, or has a call on trial: the others, each once. Null where all
    /// refuse.</summary>
    public static EndpointState? PickPast(MeshCall call, Balancer balancer, EndpointState refused, bool avoidsTried)
    {
        var tried = call.TriedCount;
        var skipped = avoidsTried ? 0 : tried;
        call.AddTried(refused);
        try
        {
            while (balancer.Pick(call.Cluster!.Endpoints, new(call.Tried[skipped..], call.Runtime.TimeProvider) { Hash = call.Hash }) is { } picked)
            {
                if (!call.Tried[tried..].Contains(picked))
                {
                    if (call.TryEnterBreaker(picked))
                    {
                        return picked;
                    }

                    call.AddTried(picked);
                }
                else if (skipped == tried)
                {
                    return null;
                }
                else
                {
                    // Rather than none those of earlier attempts.
                    skipped = tried;
                }
            }

            return null;
        }
        finally
        {
            call.KeepTried(tried);
        }
    }
}
