using System.Globalization;
using System.Net;
using CsCheck;
using Mesh.Client.Resilience;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Resilience;

public sealed class RetryAfterTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);

    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(30);

    private const string Rule = """ "retries": { "attempts": 2, "retryOn": "5xx,429" }, """;

    [Theory]
    [InlineData("120", 120)]
    [InlineData(" 7 ", 7)]
    [InlineData("Wed, 06 May 2026 07:08:19 GMT", 10)]
    [InlineData("Wednesday, 06-May-26 07:08:39 GMT", 30)]
    [InlineData("Wed May  6 07:09:09 2026", 60)]
    public void Read_takes_seconds_and_every_form_of_date(string value, int seconds)
    {
        using var response = Answer(503, ("Retry-After", value));
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryAfter.Read(response, Now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("soon")]
    [InlineData("1e3")]
    [InlineData("Wed, 06 May 2026 07:08:09 GMT")]
    [InlineData("Mon, 01 Jan 1990 00:00:00 GMT")]
    [InlineData("120, 60")]
    [InlineData("\u0661\u0662")]
    public void Read_ignores_what_is_no_time_to_come(string value)
    {
        using var response = Answer(503, ("Retry-After", value));
        Assert.Null(RetryAfter.Read(response, Now));
    }

    [Fact]
    public void Read_ignores_a_header_that_contradicts_itself()
    {
        using var response = Answer(503, ("Retry-After", "1"), ("Retry-After", "2"));
        Assert.Null(RetryAfter.Read(response, Now));
    }

    [Theory]
    [InlineData("99999999999")]
    [InlineData("9223372036854775807")]
    [InlineData("123456789012345678901234567890")]
    public void Read_takes_more_than_can_be_counted_as_very_long(string value)
    {
        using var response = Answer(503, ("Retry-After", value));
        Assert.True(RetryAfter.Read(response, Now) > TimeSpan.FromDays(10_000));
    }

    [Theory]
    [InlineData(429, "5", 5)]
    [InlineData(429, "999999999", 999_999_999)]
    [InlineData(429, "1778051309", 20)]
    [InlineData(429, "1778051289", null)]
    [InlineData(429, "1500000000", null)]
    [InlineData(429, "0", null)]
    [InlineData(429, "tomorrow", null)]
    [InlineData(503, "5", null)]
    public void Read_takes_the_reset_of_a_rate_limit_as_a_moment_or_as_seconds(int status, string value, int? seconds)
    {
        using var response = Answer(status, ("X-RateLimit-Reset", value));
        Assert.Equal(seconds is { } some ? TimeSpan.FromSeconds(some) : null, RetryAfter.Read(response, Now));
    }

    [Fact]
    public void Read_takes_the_reset_of_an_answer_that_Envoy_limited()
    {
        using var response = Answer(503, ("X-RateLimit-Reset", "5"), ("x-envoy-ratelimited", "true"));
        Assert.Equal(TimeSpan.FromSeconds(5), RetryAfter.Read(response, Now));
    }

    [Fact]
    public void Read_prefers_Retry_After()
    {
        using var response = Answer(429, ("X-RateLimit-Reset", "5"), ("Retry-After", "3"));
        Assert.Equal(TimeSpan.FromSeconds(3), RetryAfter.Read(response, Now));
    }

    [Fact]
    public void Spread_is_never_shorter_than_asked_up_to_the_cap_and_never_half_as_long_again()
        => Gen.Select(Gen.Long[1, TimeSpan.MaxValue.Ticks], Gen.Long[1, TimeSpan.TicksPerDay], Gen.Long).Sample(
            (wait, cap, seed) =>
            {
                var least = TimeSpan.FromTicks(Math.Min(wait, cap));
                var spread = RetryAfter.Spread(TimeSpan.FromTicks(wait), TimeSpan.FromTicks(cap), MeshRandom.Seeded(seed));
                return spread >= least && spread <= least * 1.5;
            },
            iter: 2_000);

    [Fact]
    public async Task Answer_with_Retry_After_is_repeated_no_sooner()
    {
        using var mesh = MeshFixture.WithRule(Rule);
        Script(mesh, TransportStep.Status(503, "", ("Retry-After", "2")));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        Assert.Equal(3, mesh.Transport.Requests.Count);
        Assert.InRange(mesh.Clock.Elapsed, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task Date_is_taken_by_the_clock_of_the_mesh()
    {
        using var mesh = MeshFixture.WithRule(Rule);
        var date = mesh.Clock.GetUtcNow().AddSeconds(10).ToString("r", CultureInfo.InvariantCulture);
        mesh.Transport["10.0.0.1:80"].Then(TransportStep.Status(429, "", ("Retry-After", date)));
        mesh.Transport["10.0.0.2:80"].Then(TransportStep.Status(429, "", ("Retry-After", date)));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.InRange(mesh.Clock.Elapsed, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(15.25));
    }

    [Fact]
    public async Task Longer_waits_are_cut_to_the_cap()
    {
        using var mesh = MeshFixture.WithRule(Rule);
        Script(mesh, TransportStep.Status(503, "", ("Retry-After", "86400")));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        Assert.Equal(3, mesh.Transport.Requests.Count);
        Assert.InRange(mesh.Clock.Elapsed, 2 * Cap, 3 * Cap);
    }

    [Theory]
    [InlineData("5s", 10, 15)]
    [InlineData("0s", 0, 0.1)]
    public async Task Cap_is_that_of_the_section(string cap, double least, double most)
    {
        using var mesh = new MeshFixture($$"""
            "x-mesh": { "maxRetryAfter": "{{cap}}" }, {{MeshFixture.TwoEndpoints}},
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{Rule}} "route": [ { "destination": { "host": "reviews" } } ] } ] } }
            """);
        Script(mesh, TransportStep.Status(503, "", ("Retry-After", "86400")));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        Assert.Equal(3, mesh.Transport.Requests.Count);
        Assert.InRange(mesh.Clock.Elapsed.TotalSeconds, least, most);
    }

    [Fact]
    public async Task Answer_that_asks_for_more_time_than_the_call_has_is_given_at_once()
    {
        using var mesh = MeshFixture.WithRule($""" "timeout": "3s", {Rule} """);
        Script(mesh, TransportStep.Status(503, "busy", ("Retry-After", "5")).After(TimeSpan.FromSeconds(1)));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "busy", 1, MeshRetryStopReason.Deadline, MeshResponseFlags.None),
            (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), result.Attempts, result.RetryStop, result.Flags));
        Assert.Equal(TimeSpan.FromSeconds(1), mesh.Clock.Elapsed);
    }

    [Fact]
    public async Task Answer_that_no_condition_repeats_is_given_whatever_it_asks_for()
    {
        using var mesh = MeshFixture.WithRule(""" "retries": { "attempts": 2, "retryOn": "reset" }, """);
        Script(mesh, TransportStep.Status(503, "", ("Retry-After", "1")));

        using var response = await mesh.GetAsync();
        Assert.Single(mesh.Transport.Requests);
        Assert.Equal(TimeSpan.Zero, mesh.Clock.Elapsed);
    }

    [Fact]
    public async Task Unusable_value_leaves_the_back_off_as_it_is()
    {
        using var mesh = MeshFixture.WithRule(Rule);
        Script(mesh, TransportStep.Status(503, "", ("Retry-After", "never again")));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        Assert.Equal(3, mesh.Transport.Requests.Count);
        Assert.InRange(mesh.Clock.Elapsed, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    private static void Script(MeshFixture mesh, TransportStep step)
    {
        mesh.Transport["10.0.0.1:80"].Always(step);
        mesh.Transport["10.0.0.2:80"].Always(step);
    }

    private static HttpResponseMessage Answer(int status, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status);
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }
}
