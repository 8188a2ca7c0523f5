namespace Mesh.Client.TestKit;

/// <summary>What one authority does: the queued steps in order, then the standing one.</summary>
internal sealed class EndpointScript
{
    private readonly Lock _gate = new();
    private readonly Queue<TransportStep> _steps = new();
    private TransportStep _standing = TransportStep.Status(200);

    /// <summary>Queues steps that are played once each.</summary>
    public EndpointScript Then(params TransportStep[] steps)
    {
        lock (_gate)
        {
            foreach (var step in steps)
            {
                _steps.Enqueue(step);
            }
        }

        return this;
    }

    /// <summary>What happens whenever no step is queued.</summary>
    public EndpointScript Always(TransportStep step)
    {
        lock (_gate)
        {
            _standing = step;
        }

        return this;
    }

    internal TransportStep Next()
    {
        lock (_gate)
        {
            return _steps.TryDequeue(out var step) ? step : _standing;
        }
    }
}
