using System.Net.Http.Json;

namespace Mesh.Client.Resilience;

/// <summary>Whether a request can be sent again as it was: decided before the first attempt, since later its body may be gone.</summary>
internal static class Replay
{
    /// <summary>Bodies of known length up to this are held in memory where a retry could use them. Envoy's default buffer is 1 MiB too.</summary>
    public const long BufferLimit = 1024 * 1024;

    public static bool IsRepeatable(HttpContent? content)
        => content is null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent;

    /// <summary>A one-shot body that is small enough to be held.</summary>
    public static bool CanBuffer(HttpContent content) => content.Headers.ContentLength is >= 0 and <= BufferLimit;

    /// <summary>What kept a one-shot body from being held.</summary>
    /// <param name="content">The body as the application gave it.</param>
    /// <param name="isAsync">The caller is asynchronous.</param>
    public static BodyObstacle ObstacleOf(HttpContent content, bool isAsync) => content.Headers.ContentLength switch
    {
        null => BodyObstacle.UnknownLength,
        > BufferLimit => BodyObstacle.OverLimit,
        _ => isAsync ? BodyObstacle.NotHeld : BodyObstacle.Synchronous,
    };

    /// <summary>RFC 9110 9.2.2: sending it twice means what sending it once means.</summary>
    public static bool IsIdempotent(HttpMethod method)
        => method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Put || method == HttpMethod.Delete
            || method == HttpMethod.Options || method == HttpMethod.Trace;
}
