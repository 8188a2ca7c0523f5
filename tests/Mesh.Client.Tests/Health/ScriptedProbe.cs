using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Health;

/// <summary>Answers at once what the test wrote for an endpoint, and remembers when it was asked.</summary>
internal sealed class ScriptedProbe(TestClock clock) : IHealthProbe
{
    public static readonly HealthCheckResult Passed = HealthCheckResult.Passed;
    public static readonly HealthCheckResult Fail = HealthCheckResult.Failed("no");
    public static readonly HealthCheckResult Unhealthy = HealthCheckResult.Unhealthy("unwell");

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<HealthCheckResult>> _scripts = [];
    private readonly List<(string Endpoint, TimeSpan At)> _asked = [];

    /// <summary>What is answered where nothing is written.</summary>
    public HealthCheckResult Otherwise { get; set; } = HealthCheckResult.Passed;

    /// <summary>Checks wait for it; null answers at once.</summary>
    public TaskCompletionSource<HealthCheckResult>? Gate { get; set; }

    public int UnderWay { get; private set; }

    public int MostUnderWay { get; private set; }

    /// <summary>In seconds since the clock was made.</summary>
    public IEnumerable<double> TimesOf(string endpoint)
    {
        lock (_gate)
        {
            return [.. _asked.Where(asked => asked.Endpoint == endpoint).Select(asked => asked.At.TotalSeconds)];
        }
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _asked.Count;
            }
        }
    }

    public ScriptedProbe Then(string endpoint, params ReadOnlySpan<HealthCheckResult> results)
    {
        if (!_scripts.TryGetValue(endpoint, out var script))
        {
            _scripts.Add(endpoint, script = new());
        }

        foreach (var result in results)
        {
            script.Enqueue(result);
        }

        return this;
    }

    public async ValueTask<HealthCheckResult> CheckAsync(
        ClusterState cluster, EndpointState endpoint, HealthCheckProtocol protocol, CancellationToken cancellationToken)
    {
        HealthCheckResult result;
        lock (_gate)
        {
            _asked.Add((endpoint.Endpoint.Address, clock.Elapsed));
            UnderWay++;
            MostUnderWay = Math.Max(MostUnderWay, UnderWay);
            result = _scripts.TryGetValue(endpoint.Endpoint.Address, out var script) && script.TryDequeue(out var written) ? written : Otherwise;
        }

        try
        {
            return Gate is { } gate ? await gate.Task.WaitAsync(cancellationToken) : result;
        }
        finally
        {
            lock (_gate)
            {
                UnderWay--;
            }
        }
    }
}
