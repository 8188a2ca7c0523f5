using System.Net;
using System.Text.Json;

namespace Mesh.Client.Kubernetes.Watching;

/// <summary>What a refusal of the API server means, and how it is told to operators.</summary>
internal static class WatchAnswer
{
    /// <summary>Of the body of a refusal so much is looked at.</summary>
    private const int LongestBody = 64 * 1024;

    /// <summary>The failure that a response tells, whose status is none of success.</summary>
    /// <param name="response">The response.</param>
    /// <param name="what">Such as <c>list services in namespace demo</c>.</param>
    /// <param name="place">Where access was read.</param>
    /// <param name="limit">Ends the reading of the body.</param>
    public static async Task<WatchException> ReadAsync(HttpResponseMessage response, WatchAction what, string? place, SilenceLimit limit)
    {
        var body = await ReadBodyAsync(response, limit).ConfigureAwait(false);
        return Explain((int)response.StatusCode, Parse(body), what, place, RetryAfter(response));
    }

    /// <summary>The failure that an event of type ERROR tells.</summary>
    public static WatchException Explain(in ObjectHeader status, WatchAction what, string? place) => Explain(status.Code, status, what, place, null);

    private static WatchException Explain(int code, in ObjectHeader status, WatchAction what, string? place, TimeSpan? retryAfter)
    {
        var said = status.Message is { Length: > 0 } message ? $": {message}" : ".";
        return code switch
        {
            (int)HttpStatusCode.Gone => new WatchException(WatchFailure.Expired, $"The server has forgotten the version to go on from{said}"),

            // The server's data are older than those of the server asked before, as after a restore.
            (int)HttpStatusCode.GatewayTimeout when said.Contains("Too large resource version", StringComparison.Ordinal)
                => new WatchException(WatchFailure.Expired, $"The server does not know the version to go on from{said}"),

            (int)HttpStatusCode.NotFound => new WatchException(WatchFailure.Absent, $"The server does not know {what.Resource}{said}"),

            (int)HttpStatusCode.Unauthorized => new WatchException(
                WatchFailure.Transient, $"The server does not accept the credentials of {place ?? "this process"} (401){said}", retryAfter),

            (int)HttpStatusCode.Forbidden => new WatchException(
                WatchFailure.Transient,
                $"The server does not allow to {what} (403){said} Verbs list and watch on {what.Resource} are needed: grant them with a "
                + (what.Scope.Namespace is { } space ? $"Role in namespace {space}." : "ClusterRole, or name the namespaces to watch."),
                retryAfter)
            { IsForbidden = true },

            _ => new WatchException(WatchFailure.Transient, $"The server answered {code} to {what}{said}", retryAfter),
        };
    }

    private static async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, SilenceLimit limit)
    {
        var buffer = new ByteBuffer(LongestBody);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            var body = new BodyReader(stream, limit, WatchSchedule.AnswerLimit);
            while (!buffer.IsFull && await buffer.FillAsync(body).ConfigureAwait(false))
            {
                // Until it ends.
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // The status says enough.
        }

        return buffer.Unused.ToArray();
    }

    /// <summary>Proxies answer with something else than a <c>Status</c>.</summary>
    private static ObjectHeader Parse(byte[] body)
    {
        var status = default(ObjectHeader);
        try
        {
            var reader = new Utf8JsonReader(body, isFinalBlock: false, new JsonReaderState(ObjectHeader.Options));
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                status.TryRead(ref reader);
            }
        }
        catch (JsonException)
        {
            status.Message = null;
        }

        return status;
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response)
        => response.Headers.RetryAfter?.Delta is { } delta && delta > TimeSpan.Zero ? delta : null;
}
