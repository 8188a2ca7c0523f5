using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Reporting;

/// <summary>Reads and writes single objects.</summary>
internal sealed class ApiObjects(ApiServer server, TimeProvider timeProvider)
{
    /// <summary>What is read of an answer: a whole object, managed fields included.</summary>
    private const int LongestAnswer = 8 * 1024 * 1024;

    public const string MergePatch = "application/merge-patch+json";

    /// <returns>The status, and the object where it is one of success.</returns>
    /// <exception cref="ReportException">There was no answer, or none that can be read.</exception>
    public async Task<(HttpStatusCode Status, JsonNode? Object)> SendAsync(
        HttpMethod method, string path, JsonNode? body, CancellationToken stop, string contentType = "application/json")
    {
        using var limit = new SilenceLimit(WatchSchedule.AnswerLimit, timeProvider, stop);
        try
        {
            var request = new ApiRequest(method, path) { Body = body is null ? null : JsonBytes(body), ContentType = contentType };
            using var response = await server.SendAsync(request, limit.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                return (response.StatusCode, null);
            }

            var buffer = new ByteBuffer(LongestAnswer);
            var reader = new BodyReader(await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false), limit, WatchSchedule.AnswerLimit);
            while (!buffer.IsFull && await buffer.FillAsync(reader).ConfigureAwait(false))
            {
                // Until it ends.
            }

            return (response.StatusCode, JsonNode.Parse(buffer.Unused));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new ReportException($"the server did not answer in time to {method} {path}.");
        }
        catch (Exception exception) when (exception is KubernetesAccessException or HttpRequestException or IOException or JsonException)
        {
            throw new ReportException($"{method} {path}: {exception.Message}", exception);
        }
    }

    private static byte[] JsonBytes(JsonNode node)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            node.WriteTo(writer);
        }

        return stream.ToArray();
    }
}
