using CsCheck;
using Mesh.Client.Model;
using Mesh.Client.Transport;

namespace Mesh.Client.Tests.Transport;

public sealed class ConnectionLimitsTests
{
    [Fact]
    public void Enter_takes_connections_then_places_in_the_line_then_nothing()
    {
        var limits = new ConnectionLimits(new() { MaxConnections = 2, MaxPendingRequests = 1 });

        Assert.Equal([Entry.In, Entry.In, Entry.Waiting, Entry.Overflow], Enumerable.Range(0, 4).Select(_ => Enter(limits).Entry));
        Assert.Equal((2, 1, 1L), (limits.Active, limits.Pending, limits.Overflows));
    }

    [Fact]
    public void Leave_lets_the_first_of_the_line_in()
    {
        var limits = new ConnectionLimits(new() { MaxConnections = 1 });
        Enter(limits);
        var (_, first) = Enter(limits);
        var (_, second) = Enter(limits);

        limits.Leave(isHttp2: false);

        Assert.Equal([true, false], [WaitAsync(first!).IsCompleted, WaitAsync(second!).IsCompleted]);
        Assert.Equal((1, 1), (limits.Active, limits.Pending));
    }

    [Fact]
    public void Limit_on_calls_turns_away_at_once()
    {
        var limits = new ConnectionLimits(new() { MaxRequests = 1 });
        Enter(limits);

        Assert.Equal(Entry.Overflow, Enter(limits).Entry);
    }

    [Fact]
    public void Calls_of_http2_share_a_connection()
    {
        var limits = new ConnectionLimits(new() { MaxConnections = 2, MaxConcurrentStreams = 3, MaxPendingRequests = 1 });

        Assert.Equal(Entry.In, Enter(limits).Entry);
        Assert.Equal([Entry.In, Entry.In, Entry.In, Entry.Waiting], Enumerable.Range(0, 4).Select(_ => Enter(limits, isHttp2: true).Entry));
    }

    [Fact]
    public void Calls_of_http2_need_one_connection_where_nothing_limits_its_streams()
    {
        var limits = new ConnectionLimits(new() { MaxConnections = 1 });

        Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(Entry.In, Enter(limits, isHttp2: true).Entry));
    }

    [Fact]
    public async Task Waiting_that_is_cancelled_leaves_the_line()
    {
        var limits = new ConnectionLimits(new() { MaxConnections = 1, MaxPendingRequests = 1 });
        Enter(limits);
        var (_, pending) = Enter(limits);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending!.WaitAsync(new CancellationToken(true)));

        Assert.Equal((1, 0), (limits.Active, limits.Pending));
        Assert.Equal(Entry.Waiting, Enter(limits).Entry);
    }

    [Fact]
    public async Task Waiting_that_is_cancelled_as_it_is_let_in_gives_the_connection_on()
    {
        var limits = new ConnectionLimits(new() { MaxConnections = 1 });
        Enter(limits);
        var (_, pending) = Enter(limits);
        using var patience = new CancellationTokenSource();
        var waiting = pending!.WaitAsync(patience.Token);

        // The cancellation is seen first, and the admission comes before it is acted upon or is never given: no connection may be lost.
        await Task.WhenAll(Task.Run(patience.Cancel, TestContext.Current.CancellationToken), Task.Run(() => limits.Leave(false), TestContext.Current.CancellationToken));
        var isIn = await waiting.ContinueWith(ended => ended.IsCompletedSuccessfully, TaskScheduler.Default);

        Assert.Equal((isIn ? 1 : 0, 0), (limits.Active, limits.Pending));
    }

    [Fact]
    public void Change_to_wider_limits_lets_in_who_waits()
    {
        var limits = new ConnectionLimits(new() { MaxConnections = 1 });
        Enter(limits);
        var pending = Enumerable.Range(0, 3).Select(_ => Enter(limits).Pending!).ToList();

        limits.Change(new() { MaxConnections = 3 });

        Assert.Equal([true, true, false], pending.Select(call => WaitAsync(call).IsCompleted));
    }

    [Fact]
    public void Change_to_narrower_limits_ends_nothing()
    {
        var limits = new ConnectionLimits(new() { MaxConnections = 3 });
        Enter(limits);
        Enter(limits);

        limits.Change(new() { MaxConnections = 1, MaxPendingRequests = 1 });

        Assert.Equal((2, Entry.Waiting), (limits.Active, Enter(limits).Entry));
        limits.Leave(false);
        Assert.Equal((1, 1), (limits.Active, limits.Pending));
    }

    [Fact]
    public void Retries_are_granted_up_to_their_limit()
    {
        var limits = new ConnectionLimits(new() { MaxRetries = 1 });

        Assert.True(limits.TryBeginRetry());
        Assert.False(limits.TryBeginRetry());
        limits.EndRetry();
        Assert.True(limits.TryBeginRetry());
        Assert.Equal(1, limits.Retries);
    }

    [Theory]
    [InlineData(20, 3, 0, 3)]
    [InlineData(20, 3, 19, 3)]
    [InlineData(20, 3, 20, 4)]
    [InlineData(29, 1, 100, 29)]
    [InlineData(0, 1, 1000, 1)]
    [InlineData(100, 1, 7, 7)]
    public void Retry_budget_grants_a_share_of_the_calls_under_way_and_its_minimum(double percent, int minimum, int calls, int granted)
    {
        var limits = new ConnectionLimits(new() { MaxRetries = 2, RetryBudget = new() { Percent = percent, MinRetryConcurrency = minimum } });
        for (var call = 0; call < calls; call++)
        {
            Enter(limits);
        }

        Assert.Equal(granted, Enumerable.Range(0, 100).Count(_ => limits.TryBeginRetry()));
    }

    [Fact]
    public void Retry_budget_counts_calls_that_wait_too()
    {
        var limits = new ConnectionLimits(new() { MaxConnections = 1, RetryBudget = new() { Percent = 50, MinRetryConcurrency = 1 } });
        for (var call = 0; call < 6; call++)
        {
            Enter(limits);
        }

        Assert.Equal(3, Enumerable.Range(0, 100).Count(_ => limits.TryBeginRetry()));
    }

    /// <summary>Against counters and a queue.</summary>
    [Fact]
    public void Limits_are_what_a_simple_model_says() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[1, 6], Gen.Int[1, 3], Gen.Select(Gen.Int[0, 3], Gen.Bool).Array[1, 60])
            .Sample((connections, streams, requests, pending, steps) =>
            {
                var limits = new ConnectionLimits(new()
                {
                    MaxConnections = connections,
                    MaxConcurrentStreams = streams,
                    MaxRequests = requests,
                    MaxPendingRequests = pending,
                });
                var running = new List<bool>();
                var line = new Queue<(bool IsHttp2, PendingCall Call)>();
                foreach (var (step, isHttp2) in steps)
                {
                    if (step > 0)
                    {
                        var (entry, call) = Enter(limits, isHttp2);
                        var expected = line.Count == 0 && Fits(isHttp2) ? Entry.In
                            : running.Count >= requests || line.Count >= pending ? Entry.Overflow
                            : Entry.Waiting;
                        Assert.Equal(expected, entry);
                        if (entry == Entry.In)
                        {
                            running.Add(isHttp2);
                        }
                        else if (entry == Entry.Waiting)
                        {
                            line.Enqueue((isHttp2, call!));
                        }
                    }
                    else if (running.Count > 0)
                    {
                        var leaving = running[0];
                        running.RemoveAt(0);
                        limits.Leave(leaving);
                        while (line.TryPeek(out var first) && Fits(first.IsHttp2))
                        {
                            Assert.True(WaitAsync(line.Dequeue().Call).IsCompleted);
                            running.Add(first.IsHttp2);
                        }
                    }

                    Assert.Equal((running.Count, line.Count), (limits.Active, limits.Pending));
                }

                bool Fits(bool isHttp2)
                {
                    var http2 = running.Count(each => each) + (isHttp2 ? 1 : 0);
                    var http1 = running.Count(each => !each) + (isHttp2 ? 0 : 1);
                    return http1 + http2 <= requests && http1 + ((http2 + streams - 1) / streams) <= connections;
                }
            });

    [Fact]
    public async Task Callers_at_once_never_exceed_the_limits_and_leave_nothing_behind()
    {
        var limits = new ConnectionLimits(new() { MaxConnections = 3, MaxPendingRequests = 4 });
        var inside = 0;
        var most = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var call = 0; call < 2_000; call++)
            {
                var (entry, pending) = Enter(limits);
                if (entry == Entry.Overflow)
                {
                    continue;
                }

                if (pending is not null)
                {
                    using var patience = new CancellationTokenSource();
                    var waiting = pending.WaitAsync(patience.Token);
                    if (((call + caller) & 3) == 0)
                    {
                        await patience.CancelAsync();
                    }

                    try
                    {
                        await waiting;
                    }
                    catch (OperationCanceledException)
                    {
                        continue;
                    }
                }

                most = Math.Max(most, Interlocked.Increment(ref inside));
                await Task.Yield();
                Interlocked.Decrement(ref inside);
                limits.Leave(false);
            }
        })));

        Assert.InRange(most, 1, 3);
        Assert.Equal((0, 0), (limits.Active, limits.Pending));
    }

    [Fact]
    public void Enter_and_leave_allocate_nothing_while_there_is_room()
    {
        var limits = new ConnectionLimits(new() { MaxConnections = 2 });
        Enter(limits);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 1_000; call++)
        {
            limits.TryEnter(false, out _);
            limits.Leave(false);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private enum Entry
    {
        In,
        Waiting,
        Overflow,
    }

    private static (Entry Entry, PendingCall? Pending) Enter(ConnectionLimits limits, bool isHttp2 = false)
    {
        var isIn = limits.TryEnter(isHttp2, out var pending);
        return (!isIn ? Entry.Overflow : pending is null ? Entry.In : Entry.Waiting, pending);
    }

    private static Task WaitAsync(PendingCall call) => call.WaitAsync(CancellationToken.None);
}
