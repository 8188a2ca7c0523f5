using Mesh.Client.Configuration;
using Mesh.Client.Routing;

namespace Mesh.Client.Diagnostics;

/// <summary>Takes a match apart into its conditions. It names and shows them; whether one holds is decided by the code that routes calls.</summary>
internal sealed class MatchConditions
{
    private const string None = "the request has none";
    private const string NoneIsEmpty = "the request has none, which counts as empty";

    private readonly string _namespace;
    private readonly IReadOnlyDictionary<string, string> _labels;
    private readonly Func<HttpMatchConfiguration, IEnumerable<ConditionPart>>[] _kinds;

    public MatchConditions(MeshConfiguration configuration)
    {
        (_namespace, _labels) = (configuration.Namespace, configuration.Workload.Labels);

        // One entry for each kind, in the order in which calls ask for them. A match that names gateways asks nothing else about the caller.
        _kinds =
        [
            Gateways,
            match => match.Gateways.Count > 0 ? [] : SourceNamespace(match),
            match => match.Gateways.Count > 0 ? [] : SourceLabels(match),
            Unbuilt,
            match => match.Port is not { } port ? [] : [new("port", Wording.Number(port), Bare(match) with { Port = port }, Port)],
            match => Text("method", match.Method, one => Bare(match) with { Method = one }, (ref request) => Has(request.Method)),
            match => Text("uri", match.Uri, one => Cased(match) with { Uri = one }, (ref request) => Has(request.Path), match.IgnoreUriCase),
            match => Text("scheme", match.Scheme, one => Bare(match) with { Scheme = one }, (ref request) => Has(request.Scheme)),
            match => Text("authority", match.Authority, one => Bare(match) with { Authority = one }, Authority),
            match => Each("headers", "", match.Headers, one => Bare(match) with { Headers = one }, name => Header(name, None)),
            match => Each("withoutHeaders", "not ", match.WithoutHeaders, one => Bare(match) with { WithoutHeaders = one }, name => Header(name, NoneIsEmpty)),
            match => Each("queryParams", "", match.QueryParams, one => Bare(match) with { QueryParams = one }, Query),
        ];
    }

    /// <summary>What carries credentials goes into no text, which may end in a log.</summary>
    private static bool IsSecret(string header) => header.ToUpperInvariant() is "AUTHORIZATION" or "PROXY-AUTHORIZATION" or "COOKIE";

    public IEnumerable<ConditionPart> Of(HttpMatchConfiguration match) => _kinds.SelectMany(kind => kind(match));

    private IEnumerable<ConditionPart> SourceLabels(HttpMatchConfiguration match)
        => match.SourceLabels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => SourceLabel(match, label));

    private ConditionPart SourceLabel(HttpMatchConfiguration match, KeyValuePair<string, string> label)
    {
        var found = _labels.TryGetValue(label.Key, out var own) ? $"this workload has {label.Key}={own}" : "this workload has no such label";
        var alone = Bare(match) with { SourceLabels = new Dictionary<string, string> { [label.Key] = label.Value } };
        return Caller($"sourceLabels[{label.Key}]", $"is for callers with {label.Key}={label.Value}", alone, found);
    }

    private IEnumerable<ConditionPart> SourceNamespace(HttpMatchConfiguration match)
    {
        if (match.SourceNamespace is { } asked)
        {
            var alone = Bare(match) with { SourceNamespace = asked };
            yield return Caller("sourceNamespace", $"is for callers in namespace {asked}", alone, $"this workload is in {_namespace}");
        }
    }

    private static IEnumerable<ConditionPart> Gateways(HttpMatchConfiguration match)
    {
        if (match.Gateways.Count > 0)
        {
            var alone = Bare(match) with { Gateways = match.Gateways };
            yield return Caller("gateways", $"is for {string.Join(", ", match.Gateways)}", alone, "this is a client, gateway mesh");
        }
    }

    private static IEnumerable<ConditionPart> Unbuilt(HttpMatchConfiguration match)
        => match.UnbuiltCondition is not { } name ? []
            : [Caller(name, "is a condition that is not built", Bare(match) with { UnbuiltCondition = name }, "such a match never holds")];

    private static ConditionPart Caller(string field, string asked, HttpMatchConfiguration alone, string found)
        => new(field, asked, alone, (ref _) => found);

    private static IEnumerable<ConditionPart> Text(
        string field,
        StringMatchConfiguration? asked,
        Func<StringMatchConfiguration, HttpMatchConfiguration> alone,
        ReadFound found,
        bool ignoreCase = false)
        => asked is null ? [] : [new(field, Describe(asked) + (ignoreCase ? " in any case" : ""), alone(asked), found)];

    private static IEnumerable<ConditionPart> Each(
        string field,
        string negation,
        IReadOnlyList<KeyValuePair<string, StringMatchConfiguration>> asked,
        Func<KeyValuePair<string, StringMatchConfiguration>[], HttpMatchConfiguration> alone,
        Func<string, ReadFound> found)
        => asked.Select(one => new ConditionPart($"{field}[{one.Key}]", negation + Describe(one.Value), alone([one]), found(one.Key)));

    private static ReadFound Header(string name, string none) => (ref request) => name switch
    {
        ":path" => Has(request.PathAndQuery),
        ":method" => Has(request.Method),
        ":scheme" => Has(request.Scheme),
        ":authority" or "host" => Authority(ref request),
        _ when !request.TryGetHeader(name, out _) => none,
        _ when IsSecret(name) => "the request has a value that is not shown",
        _ => request.TryGetHeader(name, out var value) ? Has(value) : "",
    };

    private static ReadFound Query(string name)
        => (ref request) => request.TryGetQuery(name, out var value) ? Has(value) : None;

    private static string Port(ref RequestView request) => $"the call is to port {Wording.Number(request.Port)}";

    private static string Authority(ref RequestView request) => Has(request.Authority(stackalloc char[RequestView.AuthorityLength]));

    private static string Has(ReadOnlySpan<char> value) => $"the request has {Wording.Quote(value)}";

    private static string Describe(StringMatchConfiguration asked) => asked.Kind switch
    {
        StringMatchKind.Exact => $"exact {Wording.Quote(asked.Value)}",
        StringMatchKind.Prefix => $"prefix {Wording.Quote(asked.Value)}",
        StringMatchKind.PathPrefix => $"path prefix {Wording.Quote(asked.Value.Length == 0 ? "/" : asked.Value)}",
        StringMatchKind.Regex => $"regex {Wording.Quote(asked.Value)}",
        _ => "present",
    };

    private static HttpMatchConfiguration Cased(HttpMatchConfiguration match) => Bare(match) with { IgnoreUriCase = match.IgnoreUriCase };

    private static HttpMatchConfiguration Bare(HttpMatchConfiguration match) => new() { Node = match.Node };
}
