using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Mesh.Client.Health;

namespace Mesh.Client.Transport;

/// <summary>
/// The two messages of <c>grpc.health.v1.Health/Check</c>, by hand: one text in the question (field 1), one number in the answer (field 1),
/// each behind gRPC's five bytes of flag and length.
/// </summary>
internal static class GrpcHealthMessage
{
    public const string Path = "/grpc.health.v1.Health/Check";

    private const int HeaderLength = 5;
    private const int Serving = 1;

    /// <summary>An answer is a few bytes; what is longer is none.</summary>
    private const int LongestAnswer = 1024;

    private static readonly string[] Statuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

    public static ByteArrayContent Ask(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        var message = new List<byte>();
        if (name.Length > 0)
        {
            message.Add(0x0A);
            for (var length = (uint)name.Length; ; length >>= 7)
            {
                message.Add((byte)(length < 0x80 ? length : (length & 0x7F) | 0x80));
                if (length < 0x80)
                {
                    break;
                }
            }

            message.AddRange(name);
        }

        var frame = new byte[HeaderLength + message.Count];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Count);
        message.CopyTo(frame, HeaderLength);
        return new ByteArrayContent(frame) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };
    }

    /// <summary>Any answer but SERVING says that the endpoint is not well.</summary>
    public static async ValueTask<HealthCheckResult> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return HealthCheckResult.Unhealthy(string.Create(CultureInfo.InvariantCulture, $"status {(int)response.StatusCode}"));
        }

        var buffer = new byte[LongestAnswer + 1];
        using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (length > LongestAnswer)
        {
            return HealthCheckResult.Unhealthy("an answer that is too long for a health check");
        }

        // Of an answer without a message the status stands in the headers.
        var status = StatusOf(response.TrailingHeaders) ?? StatusOf(response.Headers);
        return status switch
        {
            "0" => ReadStatus(buffer.AsSpan(0, length)) is var serving and not Serving
                ? HealthCheckResult.Unhealthy($"health status {(serving >= 0 && serving < Statuses.Length ? Statuses[serving] : "that cannot be read")}")
                : HealthCheckResult.Passed,
            null => HealthCheckResult.Unhealthy("an answer without grpc-status"),
            _ => HealthCheckResult.Unhealthy($"grpc-status {status}"),
        };
    }

    /// <summary>-1 where the bytes are no such message.</summary>
    internal static int ReadStatus(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < HeaderLength || frame[0] != 0 || BinaryPrimitives.ReadUInt32BigEndian(frame[1..]) != frame.Length - HeaderLength)
        {
            return -1;
        }

        // A number that is 0 is not written.
        var status = 0;
        for (var rest = frame[HeaderLength..]; !rest.IsEmpty;)
        {
            if (!TryVarint(ref rest, out var tag) || !TrySkip(ref rest, tag & 7, out var value))
            {
                return -1;
            }

            if (tag == 8)
            {
                status = (int)Math.Min(value, int.MaxValue);
            }
        }

        return status;
    }

    private static string? StatusOf(HttpResponseHeaders headers) => headers.NonValidated.TryGetValues("grpc-status", out var values) ? values.ToString() : null;

    /// <summary>Past one value of any wire type; the value itself of a varint.</summary>
    private static bool TrySkip(ref ReadOnlySpan<byte> rest, ulong wireType, out ulong value)
    {
        value = 0;
        switch (wireType)
        {
            case 0:
                return TryVarint(ref rest, out value);
            case 1:
                return TryAdvance(ref rest, 8);
            case 2:
                return TryVarint(ref rest, out var length) && TryAdvance(ref rest, length);
            case 5:
                return TryAdvance(ref rest, 4);
            default:
                return false;
        }
    }

    private static bool TryAdvance(ref ReadOnlySpan<byte> rest, ulong length)
    {
        if (length > (ulong)rest.Length)
        {
            return false;
        }

        rest = rest[(int)length..];
        return true;
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (var index = 0; index < rest.Length && index < 10; index++)
        {
            value |= (ulong)(rest[index] & 0x7F) << (7 * index);
            if (rest[index] < 0x80)
            {
                rest = rest[(index + 1)..];
                return true;
            }
        }

        return false;
    }
}
