using Mesh.Client.Discovery;
using Mesh.Client.Discovery.Dns;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests.Discovery.Dns;

/// <summary>A name server that lies, or breaks off, or does not end, and what comes of it: the truth where it still comes, else a failure that says why.</summary>
public sealed class MisbehavingServerTests : IDisposable
{
    private readonly TestClock _time = new();
    private readonly LogCapture _logs = new();
    private readonly ScriptedDnsServer _server = new(_ => (DnsAnswer?)null);

    public void Dispose()
    {
        _server.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task Datagrams_with_another_id_or_question_are_passed_over_and_told_of_once()
    {
        _server.Script = async query =>
        {
            await query.SendAsync(query.Answer().OtherId().Address("reviews", 1, "10.6.6.6"));
            await query.SendAsync(query.Answer().OtherQuestion("other").Address("reviews", 1, "10.6.6.6"));
            await query.SendAsync(query.Message);
            await query.SendAsync([1, 2, 3]);
            await query.SendAsync(query.Answer().Address("reviews", 60, "10.0.0.1"));
        };
        var resolver = Parts().Resolver;

        Assert.Equal("10.0.0.1", (await FindAsync(resolver)).Addresses.Single().ToString());
        Assert.Equal("10.0.0.1", (await FindAsync(resolver)).Addresses.Single().ToString());
        Assert.Single(_logs.Entries, entry => entry.Level == LogLevel.Warning && entry.Message.Contains(_server.Address, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Datagrams_without_end_that_answer_nothing_are_a_failure()
    {
        _server.Script = async query =>
        {
            for (var sent = 0; sent < 40; sent++)
            {
                await query.SendAsync(query.Answer().OtherId());
            }
        };

        Assert.Contains("32 datagrams", (await FindAsync()).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_with_records_of_other_names_alone_is_a_failure_and_not_empty()
    {
        _server.Script = query => query.SendAsync(query.Answer().Address("other", 60, "10.6.6.6"));

        Assert.Contains("other names", (await FindAsync()).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_of_other_names_beside_those_of_the_name_are_passed_over()
    {
        _server.Script = query => query.SendAsync(query.Answer().Address("other", 1, "10.6.6.6").Address("reviews", 60, "10.0.0.1").Address("other", 1, "10.6.6.7"));
        var reply = await FindAsync();

        Assert.Equal("10.0.0.1", reply.Addresses.Single().ToString());
        Assert.Equal(TimeSpan.FromSeconds(60), reply.ValidFor);
    }

    [Fact]
    public async Task Aliases_that_lead_in_a_circle_are_a_failure()
    {
        _server.Script = query => query.SendAsync(query.Answer().Alias("reviews", 60, "two").Alias("two", 60, "reviews"));

        Assert.Contains("circle", (await FindAsync()).Failure, StringComparison.Ordinal);
        Assert.Single(_server.Questions);
    }

    [Fact]
    public async Task Aliases_that_lead_on_from_answer_to_answer_are_a_failure_after_as_many_as_a_name_may_have()
    {
        _server.Script = query => query.SendAsync(query.Answer().Alias(query.Name, 60, "n" + query.Name));

        Assert.Contains("more than 16 names", (await FindAsync()).Failure, StringComparison.Ordinal);
        Assert.Equal(17, _server.Questions.Count);
    }

    [Fact]
    public async Task Aliases_in_any_order_lead_to_the_records_of_their_end()
    {
        _server.Script = query => query.SendAsync(query.Answer().Address("three", 60, "10.0.0.1").Alias("two", 20, "three").Alias("reviews", 30, "two"));
        var reply = await FindAsync();

        Assert.Equal("10.0.0.1", reply.Addresses.Single().ToString());
        Assert.Equal(TimeSpan.FromSeconds(20), reply.ValidFor);
    }

    [Fact]
    public async Task Alias_whose_end_is_not_in_the_answer_is_asked_for()
    {
        _server.Script = query => query.SendAsync(query.Name == "reviews"
            ? query.Answer().Alias("reviews", 30, "two.example")
            : query.Answer().Address("two.example", 60, "10.0.0.1"));
        var reply = await FindAsync();

        Assert.Equal("10.0.0.1", reply.Addresses.Single().ToString());
        Assert.Equal(TimeSpan.FromSeconds(30), reply.ValidFor);
    }

    [Fact]
    public async Task Alias_whose_end_has_no_records_is_empty_as_long_as_either_may_be_believed()
    {
        _server.Script = query => query.SendAsync(query.Answer().Alias("reviews", 30, "two").None(40));
        var reply = await FindAsync();

        Assert.Equal((0, TimeSpan.FromSeconds(30), null), (reply.Records.Count, reply.ValidFor, reply.Failure));
    }

    [Fact]
    public async Task Answer_that_is_cut_off_is_asked_for_over_a_connection()
    {
        _server.Script = query => query.SendAsync(query.IsConnection ? Many(query, 4_000) : query.Answer().Truncated());

        Assert.Equal(4_000, (await FindAsync()).Addresses.Count);
        Assert.Equal(["A reviews", "TCP A reviews"], _server.Questions);
    }

    [Fact]
    public async Task Datagram_that_ends_within_a_record_is_asked_for_over_a_connection()
    {
        _server.Script = query => query.SendAsync(query.IsConnection ? Many(query, 4_000).ToBytes() : Many(query, 20).ToBytes()[..^3]);

        Assert.Equal(4_000, (await FindAsync()).Addresses.Count);
    }

    [Fact]
    public async Task Datagram_that_is_longer_than_was_asked_for_is_asked_for_over_a_connection()
    {
        _server.Script = query => query.SendAsync(query.IsConnection ? Many(query, 7) : Many(query, 3_000));

        Assert.Equal(7, (await FindAsync()).Addresses.Count);
    }

    [Fact]
    public async Task Answer_that_is_cut_off_over_a_connection_too_is_a_failure()
    {
        _server.Script = query => query.SendAsync(query.Answer().Truncated());

        Assert.Contains("cut off", (await FindAsync()).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_that_claims_more_records_than_it_has_is_a_failure()
    {
        _server.Script = query => query.SendAsync(Many(query, 1_000).Claim(60_000));

        Assert.Contains("cannot be read", (await FindAsync()).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_that_gives_another_id_is_a_failure_and_told_of()
    {
        _server.Script = query => query.SendAsync(query.IsConnection ? Many(query, 1).OtherId() : query.Answer().Truncated());

        Assert.Contains("does not answer", (await FindAsync()).Failure, StringComparison.Ordinal);
        Assert.Contains(_logs.Entries, entry => entry.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task Connection_that_breaks_off_is_a_failure()
    {
        // The length says more than there is, and nothing more comes: the test's end closes the connection.
        _server.Script = async query =>
        {
            await (query.IsConnection ? query.Send([0xFF, 0xFF, .. Many(query, 10).ToBytes()]) : query.SendAsync(query.Answer().Truncated()));
            if (query.IsConnection)
            {
                _server.Dispose();
            }
        };

        Assert.NotNull((await FindAsync()).Failure);
    }

    [Fact]
    public async Task Connection_that_says_more_than_it_sends_is_given_up_after_the_time_for_an_answer()
    {
        _server.Script = query => query.IsConnection ? query.Send([0xFF, 0xFF, .. Many(query, 10).ToBytes()]) : query.SendAsync(query.Answer().Truncated());
        var pending = FindAsync();
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await Eventually.TrueAsync(() => _server.Questions.Count == 2 * attempt);
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Contains("within 2 s", (await pending).Failure, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => _time.LiveTimers == 0);
    }

    [Fact]
    public async Task Connection_whose_length_is_too_short_is_a_failure()
    {
        _server.Script = query => query.IsConnection ? query.Send([0, 14, .. Many(query, 10).ToBytes()]) : query.SendAsync(query.Answer().Truncated());

        Assert.NotNull((await FindAsync()).Failure);
    }

    [Fact]
    public async Task Connection_over_which_a_byte_at_a_time_comes_is_read_to_the_end()
    {
        _server.Script = async query =>
        {
            if (!query.IsConnection)
            {
                await query.SendAsync(query.Answer().Truncated());
                return;
            }

            var message = Many(query, 2).ToBytes();
            foreach (var part in (byte[])[0, (byte)message.Length, .. message])
            {
                await query.Send([part]);
            }
        };

        Assert.Equal(2, (await FindAsync()).Addresses.Count);
    }

    [Fact]
    public async Task Connection_over_which_messages_come_without_end_is_closed_after_the_first()
    {
        var ended = new TaskCompletionSource();
        _server.Script = async query =>
        {
            if (!query.IsConnection)
            {
                await query.SendAsync(query.Answer().Truncated());
                return;
            }

            try
            {
                while (true)
                {
                    await query.SendAsync(Many(query, 4_000));
                }
            }
            catch (IOException)
            {
                ended.SetResult();
            }
        };

        Assert.Equal(4_000, (await FindAsync()).Addresses.Count);
        await Eventually.EndsAsync(ended.Task);
    }

    [Fact]
    public async Task Search_ends_where_nobody_says_anything_and_the_failure_says_who()
    {
        var resolvConf = Path.GetTempFileName();
        await File.WriteAllTextAsync(resolvConf, "search one.example two.example three.example\noptions attempts:1\n", TestContext.Current.CancellationToken);
        _server.Script = _ => Task.CompletedTask;
        var source = new DnsParts(_server.Address, _time, resolvConf).Source;
        var pending = source.ResolveAsync(Services.Question("reviews"), TestContext.Current.CancellationToken).AsTask();
        await Eventually.TrueAsync(() => _server.Questions.Count == 2);
        _time.Advance(TimeSpan.FromSeconds(2));

        var failure = await Assert.ThrowsAsync<DiscoveryException>(() => Eventually.EndsAsync(pending));
        Assert.Equal($"DNS failed for reviews: {_server.Address} did not answer A reviews.one.example within 2 s.", failure.Message);
        Assert.Equal(2, _server.Questions.Count);
        File.Delete(resolvConf);
    }

    [Fact]
    public async Task Search_goes_on_where_the_server_fails_for_a_name()
    {
        var resolvConf = Path.GetTempFileName();
        await File.WriteAllTextAsync(resolvConf, "search one.example two.example\n", TestContext.Current.CancellationToken);
        _server.Script = query => query.SendAsync(query.Name == "reviews.two.example" ? query.Answer().Address(query.Name, 60, query.Type == DnsAnswer.A ? "10.0.0.1" : "fd00::1") : query.Answer().Code(2));
        var answer = await new DnsParts(_server.Address, _time, resolvConf).Source.ResolveAsync(Services.Question("reviews"), TestContext.Current.CancellationToken);

        Assert.Equal(["10.0.0.1", "[fd00::1]"], answer.Endpoints.Select(endpoint => endpoint.Address));
        File.Delete(resolvConf);
    }

    [Fact]
    public async Task Answer_that_comes_too_late_is_not_taken_for_that_to_the_next_question()
    {
        DnsQuery? first = null;
        _server.Script = async query =>
        {
            if (Interlocked.CompareExchange(ref first, query, null) is { } late)
            {
                await late.SendAsync(late.Answer().Address("reviews", 60, "10.6.6.6"));
                await query.SendAsync(query.Answer().Address("reviews", 60, "10.0.0.1"));
            }
        };
        var pending = FindAsync();
        await Eventually.TrueAsync(() => first is not null);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("10.0.0.1", (await pending).Addresses.Single().ToString());
    }

    [Fact]
    public async Task Family_for_which_the_server_fails_leaves_its_known_addresses_open()
    {
        _server.Script = query => query.SendAsync(query.Type == DnsAnswer.Aaaa ? Many(query, 0).Address("reviews", 60, "fd00::1") : query.Answer().Code(2));
        var answer = await Parts().Source.ResolveAsync(Services.Question("reviews"), TestContext.Current.CancellationToken);

        Assert.Equal("[fd00::1]", Assert.Single(answer.Endpoints).Address);
        Assert.True(answer.LeavesOpen!(Services.Endpoints("10.0.0.1")[0]));
        Assert.False(answer.LeavesOpen!(Services.Endpoints("fd00::2")[0]));
    }

    [Fact]
    public async Task Family_that_is_late_leaves_its_known_addresses_open()
    {
        _server.Script = query => query.Type == DnsAnswer.A ? query.SendAsync(Many(query, 1)) : Task.CompletedTask;
        var pending = Parts().Source.ResolveAsync(Services.Question("reviews"), TestContext.Current.CancellationToken).AsTask();
        await Eventually.TrueAsync(() => _server.Questions.Count == 2);

        // The limit begins with the answer, which real time brings.
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            return pending.IsCompleted;
        });
        Assert.True((await pending).LeavesOpen!(Services.Endpoints("fd00::1")[0]));
    }

    [Fact]
    public async Task Endpoints_stay_while_the_server_lies_and_the_state_says_why()
    {
        _server.Script = query => query.SendAsync(query.Type == DnsAnswer.A ? query.Answer().Address("reviews", 10, "10.0.0.1") : query.Answer().None(10));
        var source = Parts().Source;
        using var watcher = new EndpointWatcher(
            Services.Named("reviews"), _ => source, new RefreshSchedule(MeshRandom.Seeded(1)), _time, _logs.CreateLogger("discovery"), _ => { });
        var failures = 0;
        watcher.Failed += _ => failures++;
        watcher.Start();
        await Eventually.TrueAsync(() => watcher.Endpoints is [{ Address: "10.0.0.1" }]);

        _server.Script = query => query.SendAsync(query.Answer().Address("other", 10, "10.6.6.6"));
        while (Volatile.Read(ref failures) < 5)
        {
            // The next question and the look at the system's files; more while the server is asked.
            await Eventually.TrueAsync(() => _time.ArmedTimers == 2);
            _time.Advance(_time.NextDueIn!.Value);
        }

        Assert.Equal(DiscoveryState.Stale, watcher.Status.State);
        Assert.Equal("10.0.0.1", Assert.Single(watcher.Endpoints).Address);
        Assert.Contains("other names", watcher.Status.Problem, StringComparison.Ordinal);
        Assert.Single(_logs.Entries, entry => entry.Level == LogLevel.Warning);
    }

    private static DnsAnswer Many(DnsQuery query, int count)
    {
        var answer = query.Answer();
        for (var index = 0; index < count; index++)
        {
            answer.Record(0, [0xC0, 12], DnsAnswer.A, 60, [10, 0, (byte)(index >> 8), (byte)index]);
        }

        return answer;
    }

    private DnsParts Parts() => new(_server.Address, _time, logger: _logs.CreateLogger("discovery"));

    private Task<DnsReply> FindAsync(DnsResolver? resolver = null) =>
        Eventually.EndsAsync((resolver ?? Parts().Resolver).FindAsync("reviews", DnsRecordType.A, TestContext.Current.CancellationToken));
}
