using Mesh.Client.AspNetCore.LoadBalancing;
using Mesh.Client.LoadBalancing;
using Mesh.Client.TestKit;

namespace Mesh.Client.AspNetCore.Tests.LoadBalancing;

public sealed class ServerLoadTests
{
    private readonly TestClock _time = new();
    private readonly ServerLoad _load;

    public ServerLoadTests() => _load = new ServerLoad(_time);

    [Fact]
    public void Report_before_any_request_is_empty() => Assert.Equal(new LoadReport(0, 0), _load.Report());

    [Fact]
    public void Report_has_the_requests_in_flight()
    {
        var first = _load.Begin();
        _load.Begin();
        Assert.Equal(2, _load.Report().RequestsInFlight);

        _load.End(first);
        Assert.Equal(1, _load.Report().RequestsInFlight);
    }

    [Fact]
    public void Report_has_the_median_latency()
    {
        foreach (var milliseconds in (int[])[1, 2, 3, 4, 1000])
        {
            Serve(milliseconds);
        }

        Assert.Equal(3000, _load.Report().Latency);
    }

    [Fact]
    public void Latency_is_that_of_requests_that_found_about_as_many()
    {
        Serve(2);
        var others = Enumerable.Range(0, 8).Select(_ => _load.Begin()).ToArray();
        Serve(50);
        Assert.Equal(50_000, _load.Report().Latency);

        Array.ForEach(others, _load.End);
        Serve(2);
        Assert.Equal(2000, _load.Report().Latency);
    }

    [Fact]
    public void Latency_of_long_ago_is_forgotten()
    {
        Serve(50);
        _time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(0, _load.Report().Latency);
    }

    [Fact]
    public void Requests_of_many_threads_are_all_counted()
    {
        Parallel.For(0, 100_000, _ => _load.End(_load.Begin()));

        Assert.Equal(0, _load.Report().RequestsInFlight);
    }

    private void Serve(int milliseconds)
    {
        var begun = _load.Begin();
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        _load.End(begun);
    }
}
