using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Discovery.Dns;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Tests.Discovery.Dns;

/// <summary>Which name server is asked when, in fake time.</summary>
public sealed class NameServersTests : IDisposable
{
    private readonly TestClock _time = new();
    private readonly ScriptedDnsServer _first = new(Good);
    private readonly ScriptedDnsServer _second = new(Good);

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task Second_server_answers_where_the_first_is_silent_and_is_asked_first_for_a_while()
    {
        _first.Script = Silent;
        var questioner = Questioner();
        var pending = AskAsync(questioner);
        await Eventually.TrueAsync(() => _first.Questions.Count == 1);
        _time.Advance(TimeSpan.FromSeconds(2));
        await pending;
        await AskAsync(questioner);
        Assert.Equal((1, 2), (_first.Questions.Count, _second.Questions.Count));

        _first.Script = query => query.SendAsync(Good(query));
        _time.Advance(TimeSpan.FromSeconds(30));
        await AskAsync(questioner);
        Assert.Equal((2, 2), (_first.Questions.Count, _second.Questions.Count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(9)]
    public async Task Second_server_answers_at_once_where_the_first_cannot(int code)
    {
        _first.Script = query => query.SendAsync(query.Answer().Code(code));

        Assert.Single((await AskAsync(Questioner())).Answers);
    }

    [Fact]
    public async Task Second_server_answers_at_once_where_the_first_refers_to_somebody_else()
    {
        _first.Script = query => query.SendAsync(query.Answer().Lame());

        Assert.Single((await AskAsync(Questioner())).Answers);
    }

    [Fact]
    public async Task Second_server_answers_at_once_where_nobody_listens_at_the_first()
    {
        _first.Dispose();

        Assert.Single((await AskAsync(Questioner())).Answers);
    }

    [Fact]
    public async Task Second_server_is_not_asked_about_a_name_that_the_first_knows_not_to_exist()
    {
        _first.Script = query => query.SendAsync(query.Answer().Code(3));

        Assert.Equal(DnsResponseCode.NotExistent, (await AskAsync(Questioner())).Code);
        Assert.Empty(_second.Questions);
    }

    [Fact]
    public async Task Server_that_fails_at_first_is_asked_again()
    {
        var asked = 0;
        _first.Script = query => query.SendAsync(Interlocked.Increment(ref asked) == 1 ? query.Answer().Code(2) : Good(query));

        Assert.Single((await AskAsync(Questioner([_first]))).Answers);
    }

    [Theory]
    [InlineData("options attempts:1", 1)]
    [InlineData("options attempts:3", 3)]
    [InlineData("", 2)]
    public async Task Servers_are_asked_as_often_as_said_and_the_failure_tells_what_each_did(string resolvConf, int attempts)
    {
        _first.Script = query => query.SendAsync(query.Answer().Code(2));
        _second.Script = query => query.SendAsync(query.Answer().Code(5));
        var failure = await Assert.ThrowsAsync<DiscoveryException>(() => AskAsync(Questioner(resolvConf: resolvConf)));

        Assert.Equal((attempts, attempts), (_first.Questions.Count, _second.Questions.Count));
        Assert.Equal($"{_first.Address} answered ServerFailure to A reviews; {_second.Address} answered Refused to A reviews", failure.Message);
    }

    [Fact]
    public async Task Server_has_as_long_as_said()
    {
        _first.Script = Silent;
        var pending = AskAsync(Questioner([_first], "options timeout:7 attempts:1"));
        await Eventually.TrueAsync(() => _first.Questions.Count == 1);
        _time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.False(pending.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Contains("within 7 s", (await Assert.ThrowsAsync<DiscoveryException>(() => pending)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rotation_begins_with_another_server_each_time()
    {
        var questioner = Questioner(resolvConf: "options rotate");
        for (var call = 0; call < 4; call++)
        {
            await AskAsync(questioner);
        }

        Assert.Equal((2, 2), (_first.Questions.Count, _second.Questions.Count));
    }

    [Fact]
    public async Task Connections_alone_are_used_where_that_is_said()
    {
        await AskAsync(Questioner(resolvConf: "options use-vc"));

        Assert.Equal(["TCP A reviews"], _first.Questions);
    }

    [Fact]
    public async Task Server_that_knows_no_edns_is_asked_without_from_then_on()
    {
        var questions = new List<bool>();
        _first.Script = query =>
        {
            questions.Add(query.HasEdns);
            return query.SendAsync(query.HasEdns ? query.Answer().Code(1) : Good(query));
        };
        var questioner = Questioner([_first]);
        await AskAsync(questioner);
        await AskAsync(questioner);

        Assert.Equal([true, false, false], questions);
    }

    [Fact]
    public async Task Cancellation_ends_the_wait_for_an_answer()
    {
        _first.Script = Silent;
        using var stop = new CancellationTokenSource();
        var pending = Questioner().AskAsync(new DnsQuestion("reviews", DnsRecordType.A), stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
    }

    [Fact]
    public async Task Servers_of_resolv_conf_are_asked_where_rules_name_none()
    {
        var questioner = new DnsQuestioner(
            new DnsConfiguration(), ResolvConf.Parse("nameserver 127.0.0.1\noptions attempts:1"), TimeProvider.System, new SemaphoreSlim(1), NullLogger.Instance);
        var message = await Record.ExceptionAsync(() => AskAsync(questioner));

        // Whether something answers there or not.
        Assert.True(message is null || message.Message.StartsWith("127.0.0.1:53", StringComparison.Ordinal), message?.Message);
    }

    [Fact]
    public void No_server_at_all_is_said_with_what_to_do()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It names servers elsewhere than in resolv.conf.");
        var failure = Assert.Throws<DiscoveryException>(() => new DnsQuestioner(new DnsConfiguration(), ResolvConf.Empty, _time, new SemaphoreSlim(1), NullLogger.Instance));

        Assert.Contains("Mesh:Dns:NameServers", failure.Message, StringComparison.Ordinal);
    }

    private static DnsAnswer Good(DnsQuery query) => query.Answer().Address(query.Name, 60, "10.0.0.1");

    private static Task Silent(DnsQuery query) => Task.CompletedTask;

    private DnsQuestioner Questioner(ScriptedDnsServer[]? servers = null, string resolvConf = "") => new(
        new DnsConfiguration { NameServers = [.. (servers ?? [_first, _second]).Select(server => server.Address)] },
        ResolvConf.Parse(resolvConf), _time, new SemaphoreSlim(8), NullLogger.Instance);

    private static Task<DnsMessage> AskAsync(DnsQuestioner questioner) =>
        Eventually.EndsAsync(questioner.AskAsync(new DnsQuestion("reviews", DnsRecordType.A), TestContext.Current.CancellationToken));
}
