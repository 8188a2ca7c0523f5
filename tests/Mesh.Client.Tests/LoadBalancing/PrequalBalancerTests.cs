using CsCheck;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.LoadBalancing;

public sealed class PrequalBalancerTests : IDisposable
{
    /// <summary>One in ten explores, and finds what peak EWMA finds.</summary>
    private const int LeastOfThousand = 850;

    private readonly TestClock _time = new();
    private readonly ActiveClock _clock;
    private readonly PrequalBalancer _balancer;

    public PrequalBalancerTests()
    {
        _clock = new ActiveClock(_time);
        _balancer = new PrequalBalancer(MeshRandom.Seeded(1), _clock, 2);
    }

    public void Dispose() => _clock.Dispose();

    [Fact]
    public void Cold_endpoint_with_the_least_latency_is_picked()
    {
        var set = Set(4);
        Report(set, (3, 900), (3, 200), (3, 800), (3, 700));

        Assert.InRange(Picks(set, 1000).Count(pick => pick == set.All[1]), LeastOfThousand, 1000);
    }

    [Fact]
    public void Hot_endpoint_is_not_picked_however_fast()
    {
        var set = Set(4);
        Report(set, (3, 900), (30, 200), (3, 300), (3, 700));

        Assert.InRange(Picks(set, 1000).Count(pick => pick == set.All[2]), LeastOfThousand, 1000);
    }

    /// <summary>Of all reports, whatever they are: the least latency among the 84 % that have the fewest requests in flight for their weight.</summary>
    [Fact]
    public void Pick_is_that_of_the_hot_and_cold_rule()
        => Seeded.Sample(Gen.Select(Gen.Int[0, 9], Gen.Long[1, 1_000_000], Gen.Int[0, 3], Gen.Int[1, 5]).Array[2, ReportPool.Size], 60, reports =>
        {
            var endpoints = reports.Select((report, index) => new EndpointState(new() { Address = $"e{index}", Host = $"e{index}", Weight = report.Item4 })).ToArray();
            var set = new EndpointSet(endpoints, endpoints);
            Report(set, [.. reports.Select(report => (report.Item1, report.Item2))]);
            while (!Enumerable.Range(0, reports.Length).All(ReportPool.Of(set.Groups[0]).Contains))
            {
                Picks(set, 100);
            }

            for (var index = 0; index < reports.Length; index++)
            {
                for (var call = 0; call < reports[index].Item3; call++)
                {
                    endpoints[index].BeginCall();
                }
            }

            double[] requests = [.. reports.Select(report => (report.Item1 + report.Item3) / (double)report.Item4)];
            var hotAbove = requests.Order().ElementAt((int)(0.84 * (reports.Length - 1))) + 1e-9;
            var expected = reports.Index().Where(report => requests[report.Index] <= hotAbove)
                .MinBy(report => EndpointLoad.Of(endpoints[report.Index]).Reported.LatencyOrder).Index;

            Assert.InRange(Picks(set, 200).Count(pick => pick == endpoints[expected]), 150, 200);
        });

    [Fact]
    public void Own_calls_since_the_report_count()
    {
        var set = Set(4);
        Report(set, (3, 900), (3, 200), (3, 300), (3, 700));
        set.All[1].BeginCall();

        Assert.InRange(Picks(set, 1000).Count(pick => pick == set.All[2]), LeastOfThousand, 1000);
    }

    [Fact]
    public void Old_reports_count_no_more()
    {
        var set = Set(4);
        Report(set, (3, 900), (3, 200), (3, 800), (3, 700));
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.InRange(Picks(set, 1000).Count(pick => pick == set.All[1]), 150, 350);
    }

    [Fact]
    public void Without_reports_it_is_peak_EWMA()
    {
        var set = Set(2);
        End(set.All[0], 10, CallOutcome.Success, null);
        End(set.All[1], 50, CallOutcome.Success, null);

        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[0], pick));
    }

    [Fact]
    public void Endpoint_that_fails_is_not_picked_whatever_it_reports()
    {
        var set = Set(4);
        Report(set, (3, 900), (0, 1), (3, 800), (3, 700));
        for (var call = 0; call < 10; call++)
        {
            End(set.All[1], 0, CallOutcome.GatewayError, "rif=0;latency=1");
        }

        Assert.InRange(Picks(set, 1000).Count(pick => pick == set.All[1]), 0, 10);
    }

    [Fact]
    public void Server_that_knows_of_no_latency_is_not_the_fastest()
    {
        var set = Set(4);
        Report(set, (3, 900), (3, 200), (0, 0), (3, 700));

        Assert.InRange(Picks(set, 1000).Count(pick => pick == set.All[1]), LeastOfThousand, 1000);
    }

    [Fact]
    public void Report_comes_with_the_answer()
    {
        var endpoint = Set(1).All[0];
        End(endpoint, 10, CallOutcome.Success, "rif=7;latency=1000");
        Assert.Equal(7, EndpointLoad.Of(endpoint).Reported.RequestsInFlight);

        End(endpoint, 10, CallOutcome.Success, "rif=9;latency=none");
        Assert.Equal(7, EndpointLoad.Of(endpoint).Reported.RequestsInFlight);
    }

    [Fact]
    public void Pick_by_reports_allocates_nothing()
    {
        var set = Set(20);
        Report(set, [.. Enumerable.Range(0, 20).Select(place => (place, 100L))]);

        // The runtime makes something once, with the first pick that explores.
        Pick();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Pick();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Pick()
        {
            for (var pick = 0; pick < 1000; pick++)
            {
                _balancer.Pick(set, new([], _time));
            }
        }
    }

    /// <summary>Two threads that explore at once may each enter the endpoint; calls that begin and end meanwhile have it read as two different loads.</summary>
    [Fact]
    public async Task Endpoint_that_is_in_the_pool_twice_is_picked_while_its_calls_come_and_go()
    {
        var set = Set(2);
        var pool = ReportPool.Of(set.Groups[0]);
        pool.Replace(0, 0);
        pool.Replace(1, 0);
        _balancer.Report(set.All[0], new(5, 300), _clock.GetTimestamp());
        using var end = new CancellationTokenSource();
        var calls = Task.Run(
            () =>
            {
                while (!end.IsCancellationRequested)
                {
                    set.All[0].BeginCall();
                    set.All[0].EndCall();
                }
            },
            TestContext.Current.CancellationToken);

        var picks = Task.Run(
            () =>
            {
                for (var pick = 0; pick < 200_000; pick++)
                {
                    _balancer.Pick(set, new([], _time));
                    pool.Replace(1, 0);
                }
            },
            TestContext.Current.CancellationToken);
        await picks.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await end.CancelAsync();
        await calls;
    }

    /// <summary>Picks bring endpoints into the pool; then the reports come.</summary>
    private void Report(EndpointSet set, params (int Requests, long Latency)[] reports)
    {
        Picks(set, 200);
        for (var place = 0; place < reports.Length; place++)
        {
            _balancer.Report(set.All[place], new(reports[place].Requests, reports[place].Latency), _clock.GetTimestamp());
        }

        Picks(set, 200);
    }

    private void End(EndpointState endpoint, int milliseconds, CallOutcome outcome, string? report)
    {
        using var response = new HttpResponseMessage();
        if (report is not null)
        {
            response.Headers.Add(LoadReport.HeaderName, report);
        }

        var started = _clock.GetTimestamp();
        _balancer.Begin(endpoint, started);
        _balancer.End(endpoint, new(started, DetachedTimer.After(_time, started, TimeSpan.FromMilliseconds(milliseconds)), outcome, response));
    }

    private List<EndpointState> Picks(EndpointSet set, int count)
        => [.. Enumerable.Range(0, count).Select(_ => _balancer.Pick(set, new([], _time))!)];

    private static EndpointSet Set(int count)
    {
        var endpoints = Enumerable.Range(0, count).Select(index => new EndpointState(new() { Address = $"e{index}", Host = $"e{index}" })).ToArray();
        return new EndpointSet(endpoints, endpoints);
    }
}
