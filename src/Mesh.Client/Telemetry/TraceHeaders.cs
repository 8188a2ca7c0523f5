using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;

namespace Mesh.Client.Telemetry;

/// <summary>The headers of W3C trace context and baggage on a request, read and written without parsing.</summary>
internal static class TraceHeaders
{
    public const string TraceParent = "traceparent";

    public const string TraceState = "tracestate";

    public const string Baggage = "baggage";

    /// <summary>What .NET's older propagator calls baggage.</summary>
    public const string CorrelationContext = "Correlation-Context";

    public static string? Read(HttpRequestHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    public static void Write(HttpRequestHeaders headers, string name, string? value)
    {
        headers.Remove(name);
        if (value is not null)
        {
            headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>A trace that nobody records. The ids do not come from the seeded generator: processes that share a seed would share traces.</summary>
    public static string CreateUnrecorded()
    {
        var random = MeshRandom.Unseeded;
        // A zero id is invalid, hence the lowest bit.
        return string.Create(55, (random.NextUInt64(), random.NextUInt64() | 1, random.NextUInt64() | 1), static (text, ids) =>
        {
            Span<byte> bytes = stackalloc byte[3 * sizeof(ulong)];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, ids.Item1);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], ids.Item2);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], ids.Item3);
            "00-".CopyTo(text);
            Convert.TryToHexStringLower(bytes[..16], text[3..], out _);
            text[35] = '-';
            Convert.TryToHexStringLower(bytes[16..], text[36..], out _);
            "-00".CopyTo(text[52..]);
        });
    }

    /// <summary>Nobody downstream need record what belongs to this trace from here on.</summary>
    public static void Unsample(HttpRequestHeaders headers)
    {
        // 00-, 32 and 16 digits with '-' after each, and two digits of flags.
        if (Read(headers, TraceParent) is { Length: >= 55 } parent && parent.StartsWith("00-", StringComparison.Ordinal))
        {
            Write(headers, TraceParent, string.Concat(parent.AsSpan(0, 53), "00"));
        }
    }

    /// <summary>Whether System.Net.Http can send the value: it refuses the whole request for a single character beyond ASCII.</summary>
    public static bool IsSendable([NotNullWhen(true)] string? value) =>
        value is not null && !value.AsSpan().ContainsAnyExcept(Sendable);

    private static readonly System.Buffers.SearchValues<char> Sendable =
        System.Buffers.SearchValues.Create("\t" + string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code)));
}
