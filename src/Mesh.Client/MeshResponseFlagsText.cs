namespace Mesh.Client;

/// <summary>Envoy's short texts for <see cref="MeshResponseFlags"/>, comma-joined as in its access logs.</summary>
internal static class MeshResponseFlagsText
{
    private static readonly (MeshResponseFlags Flag, string Text)[] Texts =
    [
        (MeshResponseFlags.NoHealthyUpstream, "UH"),
        (MeshResponseFlags.UpstreamConnectionFailure, "UF"),
        (MeshResponseFlags.UpstreamOverflow, "UO"),
        (MeshResponseFlags.NoRoute, "NR"),
        (MeshResponseFlags.NoCluster, "NC"),
        (MeshResponseFlags.UpstreamRetryLimitExceeded, "URX"),
        (MeshResponseFlags.UpstreamRequestTimeout, "UT"),
        (MeshResponseFlags.UpstreamConnectionTermination, "UC"),
        (MeshResponseFlags.UpstreamRemoteReset, "UR"),
        (MeshResponseFlags.UpstreamProtocolError, "UPE"),
        (MeshResponseFlags.DownstreamConnectionTermination, "DC"),
        (MeshResponseFlags.DelayInjected, "DI"),
        (MeshResponseFlags.FaultInjected, "FI"),
        (MeshResponseFlags.RetryBudgetExhausted, "RBE"),
        (MeshResponseFlags.StreamIdleTimeout, "SI"),
    ];

    /// <summary>The text of <paramref name="flags"/>: <c>-</c> for none, <c>DI,UT</c> for several. No allocation for none or one.</summary>
    public static string ToText(MeshResponseFlags flags)
    {
        if (flags == MeshResponseFlags.None)
        {
            return "-";
        }

        foreach (var (flag, text) in Texts)
        {
            if (flags == flag)
            {
                return text;
            }
        }

        return Join(flags);
    }

    // Apart, since the closure would be allocated for one flag too.
    private static string Join(MeshResponseFlags flags) =>
        string.Join(',', Texts.Where(entry => flags.HasFlag(entry.Flag)).Select(entry => entry.Text));
}
