namespace Mesh.Client.Telemetry;

/// <summary>The member of the baggage by which a request says that it is sent again, or on behalf of one that is. The mesh alone writes it: what
/// an Activity or a captured header has of it is left out, since both may outlive the request that brought it.</summary>
internal static class RetryMark
{
    public const string Key = "mesh.retry";

    /// <summary>The member as it stands in the header.</summary>
    public const string Member = Key + "=1";

    /// <summary>Whether the members of a header say so. Properties of the member are allowed, other values say nothing.</summary>
    public static bool IsIn(ReadOnlySpan<char> header)
    {
        // Most have none, and are not taken apart.
        if (!header.Contains(Key, StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var range in header.Split(','))
        {
            if (BaggageMember.TryRead(header[range], out var member) && member.Key is Key && member.DecodedValue is "1")
            {
                return true;
            }
        }

        return false;
    }
}
