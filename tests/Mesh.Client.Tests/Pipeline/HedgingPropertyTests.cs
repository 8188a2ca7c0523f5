using System.Collections.Concurrent;
using CsCheck;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>Hedged calls of any script against a model of them.</summary>
public sealed class HedgingPropertyTests
{
    private const int Delay = 50;

    private const int MostHedges = 3;

    /// <summary>0 is a broken connection, -1 no end at all.</summary>
    private static readonly int[] Statuses = [200, 200, 503, 500, 429, 0, -1];

    /// <summary>The four requests that a call may make end at moments of their own, none of which is a multiple of five milliseconds, as those are at
    /// which copies are sent.</summary>
    private static readonly Gen<HedgingAct[]> Acts = Gen.Select(Gen.Int[0, 60], Gen.Int[0, 6].Select(index => Statuses[index]), Gen.Bool).Array[MostHedges + 1]
        .Select(acts => acts.Select((act, index) => act.Item2 < 0
            ? HedgingAct.Never
            : new HedgingAct((5 * act.Item1) + index + 1, act.Item2) { HasRetryAfter = act.Item3 && act.Item2 is 503 or 429 }).ToArray());

    private static readonly Gen<(HedgingAct[] Acts, int MaxHedges, int Budget, double GivesUp)> Scripts =
        Gen.Select(Acts, Gen.Int[1, MostHedges], Gen.Int[0, 4], Gen.Int[1, 200].Select(step => step > 100 ? double.PositiveInfinity : (5 * step) + 0.5));

    [Fact]
    public async Task Any_script_ends_as_the_model_says_and_leaves_nothing_behind()
    {
        var unobserved = new ConcurrentQueue<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> observer = (_, raised) =>
        {
            if (raised.Exception.Flatten().InnerExceptions.Any(exception => exception.Message == HedgingTransport.Failure))
            {
                unobserved.Enqueue(raised.Exception);
            }
        };
        TaskScheduler.UnobservedTaskException += observer;
        try
        {
            await SampleAsync();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= observer;
        }

        Assert.Empty(unobserved);
    }

    private static Task SampleAsync() => Scripts.SampleAsync(async script =>
    {
        using var mesh = new HedgingFixture(
            $$""" "delay": "{{Delay}}ms", "maxHedges": {{script.MaxHedges}} """, rule: """ "timeout": "10s", "retries": { "attempts": 0 }, """, acts: [new(0), .. script.Acts]);
        (await mesh.AnswerAsync()).Dispose();
        for (var left = mesh.Resilience.Budget.Available; left > script.Budget; left--)
        {
            Assert.True(mesh.Resilience.Budget.TryTake());
        }

        using var patience = new CancellationTokenSource();
        using var givesUp = double.IsPositiveInfinity(script.GivesUp) ? null : mesh.Clock.CreateTimer(_ => patience.Cancel(), null, TimeSpan.FromMilliseconds(script.GivesUp), Timeout.InfiniteTimeSpan);
        var sending = mesh.Client.GetAsync(HedgingFixture.Uri, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        var expected = Model(script.Acts, script.MaxHedges, script.Budget, script.GivesUp);
        HttpResponseMessage? response = null;
        var outcome = "";
        try
        {
            response = await mesh.AnswerAsync(sending);
            outcome = Name((int)response.StatusCode, response.Content);
        }
        catch (OperationCanceledException)
        {
            outcome = "cancelled";
        }
        catch (MeshRequestException)
        {
            outcome = "failed";
        }

        var sent = mesh.Transport.Requests.Skip(1).ToList();
        Assert.Equal(expected.Outcome, outcome);
        Assert.Equal(expected.Sent, sent.Count);
        Assert.Equal(sent.Count, sent.Select(request => request.Authority).Distinct().Count());
        if (expected.Index >= 0 && outcome is not ("cancelled" or "failed"))
        {
            Assert.True(response!.TryGetMeshResult(out var result));
            Assert.Equal((sent[expected.Index].Authority, sent.Count), (result.Endpoint, result.Attempts));
            Assert.False(sent[expected.Index].Answer!.IsDisposed);
            Assert.Equal(1, mesh.InFlight);
        }

        response?.Dispose();
        Assert.All(sent, request => Assert.True(request.Answer is null or { IsDisposed: true }));
        Assert.Equal(0, mesh.InFlight);
        givesUp?.Dispose();
        Assert.Equal(0, mesh.LeftTimers);

        static string Name(int status, HttpContent content) => status == 504 && content is Mesh.Client.Pipeline.IMeshResultCarrier { Result.Flags: MeshResponseFlags.UpstreamRequestTimeout } ? "timeout" : $"{status}";
    }, iter: 300);

    /// <summary>In the order of what happens: copies are sent, requests end, the caller gives up.</summary>
    private static (string Outcome, int Sent, int Index) Model(HedgingAct[] acts, int maxHedges, int budget, double givesUp)
    {
        var sent = new List<double> { 0 };
        var over = new HashSet<int>();
        var (asked, isPushedBack) = (0, false);
        while (true)
        {
            var nextHedge = asked < maxHedges && !isPushedBack ? Delay * (asked + 1) : double.PositiveInfinity;
            var (endsAt, index) = sent.Select((at, index) => (At: over.Contains(index) || acts[index].After < 0 ? double.PositiveInfinity : at + acts[index].After, index)).Min();
            var next = Math.Min(nextHedge, endsAt);
            if (givesUp < next)
            {
                return ("cancelled", sent.Count, -1);
            }

            if (double.IsPositiveInfinity(next))
            {
                return ("timeout", sent.Count, -1);
            }

            if (nextHedge < endsAt)
            {
                asked++;
                if (budget > 0)
                {
                    budget--;
                    sent.Add(nextHedge);
                }

                continue;
            }

            var status = acts[index].Status;
            if (status == 200 || over.Count == sent.Count - 1)
            {
                return (status == 0 ? "failed" : $"{status}", sent.Count, index);
            }

            over.Add(index);
            isPushedBack |= acts[index].HasRetryAfter;
        }
    }
}
