using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.LoadBalancing;

/// <summary>Answers probes as the test says, and remembers who was asked.</summary>
internal sealed class ScriptedLoadProbe : ILoadProbe
{
    private readonly Lock _gate = new();
    private readonly List<EndpointState> _asked = [];

    /// <summary>At once with a report, unless told otherwise.</summary>
    public Func<EndpointState, CancellationToken, Task<LoadAnswer>> Answer { get; set; }
        = static (_, _) => Task.FromResult(new LoadAnswer(LoadReportState.Usable, new LoadReport(1, 1000), "rif=1;latency=1000"));

    /// <summary>So many may be asked.</summary>
    public int Budget { get; set; } = int.MaxValue;

    public IReadOnlyList<EndpointState> Asked
    {
        get
        {
            lock (_gate)
            {
                return [.. _asked];
            }
        }
    }

    public bool TryTake()
    {
        lock (_gate)
        {
            return Budget-- > 0;
        }
    }

    public Task<LoadAnswer> AskAsync(EndpointState endpoint, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _asked.Add(endpoint);
        }

        return Answer(endpoint, cancellationToken);
    }
}
