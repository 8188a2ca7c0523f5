using System.Net;
using System.Net.Sockets;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Security;

namespace Mesh.Client.Tests.Resilience;

public sealed class AttemptVerdictTests
{
    [Theory]
    [InlineData(200, nameof(CallOutcome.Success), RetryConditionsNone)]
    [InlineData(404, nameof(CallOutcome.Success), RetryConditionsNone)]
    [InlineData(409, nameof(CallOutcome.Success), (int)RetryConditions.Retriable4xx)]
    [InlineData(500, nameof(CallOutcome.ServerError), (int)RetryConditions.ServerError)]
    [InlineData(503, nameof(CallOutcome.GatewayError), (int)(RetryConditions.ServerError | RetryConditions.GatewayError))]
    public void FromResponse_of_a_status_gives_outcome_and_conditions(int status, string outcome, int conditions)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        var verdict = AttemptVerdict.FromResponse(response, RetryPolicyModel.Default);
        Assert.Equal((outcome, (RetryConditions)conditions, false), (verdict.Outcome.ToString(), verdict.Conditions, verdict.WasUnsent));
    }

    [Fact]
    public void FromResponse_with_a_listed_status_fits_retriable_status_codes()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.TooEarly());
        var verdict = AttemptVerdict.FromResponse(response, new RetryPolicyModel { RetriableStatusCodes = [425] });
        Assert.True(verdict.Conditions.HasFlag(RetryConditions.RetriableStatusCodes));
    }

    [Fact]
    public void FromResponse_that_is_rate_limited_fits_nothing_else()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        response.Headers.TryAddWithoutValidation("x-envoy-ratelimited", "true");
        Assert.Equal(RetryConditions.EnvoyRateLimited, AttemptVerdict.FromResponse(response, RetryPolicyModel.Default).Conditions);
    }

    [Fact]
    public void Gotcha_18_grpc_status_counts_where_it_is_in_the_headers()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK) { Version = HttpVersion.Version20, Content = new ByteArrayContent([]) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc+proto");
        response.Headers.TryAddWithoutValidation("grpc-status", "14");
        var verdict = AttemptVerdict.FromResponse(response, RetryPolicyModel.Default);
        Assert.Equal((CallOutcome.GatewayError, RetryConditions.GrpcUnavailable), (verdict.Outcome, verdict.Conditions));
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError)]
    [InlineData(HttpRequestError.NameResolutionError)]
    [InlineData(HttpRequestError.SecureConnectionError)]
    public void FromException_before_a_connection_proves_that_nothing_was_sent(HttpRequestError error)
    {
        var verdict = AttemptVerdict.FromException(new HttpRequestException(error, "no", new SocketException()));
        Assert.Equal((CallOutcome.ConnectFailure, MeshResponseFlags.UpstreamConnectionFailure, true), (verdict.Outcome, verdict.Flag, verdict.WasUnsent));
    }

    [Fact]
    public void FromException_of_what_this_process_lacks_is_neither_the_endpoints_fault_nor_repeated()
    {
        var verdict = AttemptVerdict.FromException(
            new HttpRequestException(HttpRequestError.ConnectionError, "no", new CertificateFileException("missing", new FileNotFoundException())));
        Assert.Equal((CallOutcome.ClientFault, RetryConditions.None, true), (verdict.Outcome, verdict.Conditions, verdict.WasUnsent));
    }

    [Fact]
    public void FromException_of_the_handlers_connect_timeout_is_a_connection_failure()
        => Assert.Equal(
            CallOutcome.ConnectFailure,
            AttemptVerdict.FromException(new TaskCanceledException("slow", new TimeoutException("A connection could not be established."))).Outcome);

    [Fact]
    public void FromException_of_a_timeout_inside_an_applications_handler_proves_nothing()
        => Assert.False(AttemptVerdict.FromException(new TaskCanceledException("slow", new TimeoutException()), isOwned: false).WasUnsent);

    [Fact]
    public void FromException_of_a_refused_stream_proves_that_nothing_was_handled()
    {
        var refused = new HttpProtocolException(0x7, "REFUSED_STREAM", null);
        var verdict = AttemptVerdict.FromException(new HttpRequestException(HttpRequestError.HttpProtocolError, "no", refused));
        Assert.True(verdict.WasUnsent);
        Assert.True(verdict.Conditions.HasFlag(RetryConditions.RefusedStream));
    }

    [Fact]
    public void FromException_after_sending_proves_nothing()
    {
        var verdict = AttemptVerdict.FromException(new HttpRequestException(HttpRequestError.ResponseEnded, "gone"));
        Assert.Equal((CallOutcome.Reset, false), (verdict.Outcome, verdict.WasUnsent));
        Assert.False(verdict.Conditions.HasFlag(RetryConditions.ConnectFailure));
    }

    private const int RetryConditionsNone = 0;
}

file static class Statuses
{
    extension(HttpStatusCode)
    {
        public static HttpStatusCode TooEarly() => (HttpStatusCode)425;
    }
}
