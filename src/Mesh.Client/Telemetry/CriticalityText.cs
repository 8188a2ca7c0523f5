using System.Diagnostics.CodeAnalysis;

namespace Mesh.Client.Telemetry;

/// <summary>The classes as they are written on the wire and on metrics, in the words of Google's SRE book.</summary>
internal static class CriticalityText
{
    private static readonly string[] Texts = ["SHEDDABLE", "SHEDDABLE_PLUS", "CRITICAL", "CRITICAL_PLUS"];

    public static string Of(MeshCriticality criticality) => Texts[(int)criticality];

    /// <summary>Without regard to case; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out MeshCriticality? criticality)
    {
        for (var index = 0; index < Texts.Length; index++)
        {
            if (text.Equals(Texts[index], StringComparison.OrdinalIgnoreCase))
            {
                criticality = (MeshCriticality)index;
                return true;
            }
        }

        criticality = null;
        return false;
    }
}
