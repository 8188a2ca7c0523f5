namespace Mesh.Client.Configuration;

/// <summary>
/// How specific a match is, by the order that the Gateway API gives: its parts are compared one after the other, and the larger goes first.
/// Where the specification leaves the place of patterns open they stand where Istio puts them: after every prefix, before no path at all.
/// </summary>
internal readonly record struct MatchRank(int Form, int Length, int FurtherLength, int Methods, int Headers, int QueryParams) : IComparable<MatchRank>
{
    private const int ExactPath = 3;
    private const int PathPrefix = 2;
    private const int Pattern = 1;

    /// <summary>Of an HTTPRoute: exact path, longest prefix, method, most headers, most query parameters.</summary>
    public static MatchRank OfHttp(HttpMatchConfiguration match) => new(
        match.Uri switch
        {
            { Kind: StringMatchKind.Exact } => ExactPath,
            { Kind: StringMatchKind.PathPrefix, Value.Length: > 0 } => PathPrefix,
            { Kind: StringMatchKind.Regex } => Pattern,
            _ => 0,
        },
        match.Uri?.Value.Length ?? 0,
        0,
        match.Method is null ? 0 : 1,
        match.Headers.Count,
        match.QueryParams.Count);

    /// <summary>Of a GRPCRoute: most characters of the service, of the method, most headers.</summary>
    public static MatchRank OfGrpc(string? service, string? method, int headers) => new(0, service?.Length ?? 0, method?.Length ?? 0, 0, headers, 0);

    /// <summary>Above zero where this one is the more specific.</summary>
    public int CompareTo(MatchRank other)
    {
        ReadOnlySpan<int> own = [Form, Length, FurtherLength, Methods, Headers, QueryParams];
        return own.SequenceCompareTo([other.Form, other.Length, other.FurtherLength, other.Methods, other.Headers, other.QueryParams]);
    }
}
