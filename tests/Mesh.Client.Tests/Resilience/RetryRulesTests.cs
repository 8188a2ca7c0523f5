using CsCheck;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Resilience;

public sealed class RetryRulesTests
{
    [Fact]
    public void Next_backs_off_within_growing_spans_and_never_longer_than_ten_times_the_base()
        => Gen.Select(Gen.Int[1, 1000], Gen.Int[1, 12], Gen.Long).Sample(
            (baseMilliseconds, retries, seed) =>
            {
                var policy = RetryPolicyModel.Default with { BackoffBase = TimeSpan.FromMilliseconds(baseMilliseconds) };
                using var request = new HttpRequestMessage();
                var rules = new RetryRules(policy, request);
                var random = MeshRandom.Seeded(seed);
                for (var retry = 1; retry <= retries; retry++)
                {
                    var delay = rules.Next(policy, random).TotalMilliseconds;
                    var span = Math.Min((Math.Pow(2, retry) - 1) * baseMilliseconds, 10.0 * baseMilliseconds);
                    if (delay < 0 || delay > span)
                    {
                        return false;
                    }
                }

                return rules.Count == retries;
            },
            seed: "0000KOIKseO1", iter: 2_000);

    [Fact]
    public void Decide_with_the_default_policy_repeats_a_reset_for_idempotent_methods_only()
    {
        var reset = AttemptVerdict.FromException(new HttpRequestException(HttpRequestError.ResponseEnded, "gone"));
        Assert.Equal(new(RetryConditions.Reset, MeshRetryStopReason.None), Rules(HttpMethod.Put).Decide(reset, RetryPolicyModel.Default));
        Assert.Equal(new(RetryConditions.Reset, MeshRetryStopReason.Method), Rules(HttpMethod.Post).Decide(reset, RetryPolicyModel.Default));
        Assert.Equal(new(RetryConditions.Reset, MeshRetryStopReason.Method), Rules(HttpMethod.Patch).Decide(reset, RetryPolicyModel.Default));
    }

    [Fact]
    public void Decide_with_a_written_policy_repeats_every_method()
    {
        var policy = new RetryPolicyModel { Attempts = 1, Conditions = RetryConditions.ServerError };
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://shop/");
        using var response = new HttpResponseMessage(System.Net.HttpStatusCode.InternalServerError);
        var decision = new RetryRules(policy, request).Decide(AttemptVerdict.FromResponse(response, policy), policy);
        Assert.Equal(("5xx", MeshRetryStopReason.None), (decision.Reason, decision.Stop));
    }

    [Fact]
    public void WantsBuffer_holds_for_small_known_one_shot_bodies_only()
    {
        Assert.True(Rules(HttpMethod.Put, 100).WantsBuffer);
        Assert.False(Rules(HttpMethod.Put, Replay.BufferLimit + 1).WantsBuffer);
        Assert.False(Rules(HttpMethod.Put, null).WantsBuffer);
        Assert.False(Rules(HttpMethod.Post, 100).WantsBuffer);
    }

    private static RetryRules Rules(HttpMethod method)
    {
        using var request = new HttpRequestMessage(method, "http://shop/");
        return new RetryRules(RetryPolicyModel.Default, request);
    }

    private static RetryRules Rules(HttpMethod method, long? length)
    {
        using var request = new HttpRequestMessage(method, "http://shop/") { Content = new StreamContent(Stream.Null) };
        request.Content.Headers.ContentLength = length;
        return new RetryRules(RetryPolicyModel.Default, request);
    }
}
