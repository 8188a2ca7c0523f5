using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Telemetry;

/// <summary>The member of the baggage that carries the class of a call from hop to hop.</summary>
internal static class CriticalityBaggage
{
    public const string Key = "mesh.criticality";

    /// <summary>What the first member of that key says; null where there is none, where it says something else, and in baggage that is longer than the
    /// specification lets it be. The text is the sender's.</summary>
    public static MeshCriticality? Find(StringValues headers)
    {
        var left = BaggageWriter.MaximumBytes;
        foreach (var header in headers)
        {
            left -= header?.Length ?? 0;
            if (left < 0)
            {
                return null;
            }

            if (TryFind(header, out var value))
            {
                return CriticalityText.TryParse(value, out var criticality) ? criticality : null;
            }
        }

        return null;
    }

    private static bool TryFind(ReadOnlySpan<char> header, out ReadOnlySpan<char> value)
    {
        foreach (var range in header.Split(','))
        {
            if (BaggageMember.TryRead(header[range], out var member) && member.Key is Key)
            {
                value = member.DecodedValue;
                return true;
            }
        }

        value = default;
        return false;
    }
}
