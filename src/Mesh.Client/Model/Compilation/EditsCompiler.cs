using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>
/// The changes that a rule and one of its destinations make, as one list in Envoy's order. With one destination Istio joins the two levels:
/// first all that is removed, then what the rule and what the destination write. With several, the chosen destination comes first and the rule
/// after it, each with what it removes before what it writes. In a level the set ones come before the added ones, each sorted by name.
/// </summary>
internal static class EditsCompiler
{
    /// <summary>Null where nothing is changed.</summary>
    public static EditsModel? Compile(HttpRouteConfiguration rule, HeadersConfiguration? destination)
    {
        if (rule is { Headers: null, Rewrite: null } && destination is null)
        {
            return null;
        }

        var edits = new EditsModel
        {
            Request = Join(rule.Route.Count > 1, rule.Headers?.Request, destination?.Request),
            Response = Join(rule.Route.Count > 1, rule.Headers?.Response, destination?.Response),
            Path = rule.Rewrite?.WholePath ?? rule.Rewrite?.Uri,
            ReplacesWholePath = rule.Rewrite?.WholePath is not null,
            Substitution = rule.Rewrite?.Substitution,
            Authority = rule.Rewrite?.Authority ?? rule.Headers?.Authority ?? destination?.Authority,
        };
        return edits.ChangesRequest || edits.Response.Length > 0 ? edits : null;
    }

    private static HeaderOperation[] Join(bool hasSeveral, HeaderOperationsConfiguration? rule, HeaderOperationsConfiguration? destination)
        => hasSeveral
            ? [.. Removed(destination), .. Written(destination), .. Removed(rule), .. Written(rule)]
            : [.. Removed(rule), .. Removed(destination), .. Written(rule), .. Written(destination)];

    private static IEnumerable<HeaderOperation> Removed(HeaderOperationsConfiguration? operations)
        => operations?.Remove.Select(name => new HeaderOperation(HeaderOperationKind.Remove, name, null)) ?? [];

    private static IEnumerable<HeaderOperation> Written(HeaderOperationsConfiguration? operations) => operations is null
        ? []
        : Sorted(operations.Set, HeaderOperationKind.Set).Concat(Sorted(operations.Add, HeaderOperationKind.Add));

    private static IEnumerable<HeaderOperation> Sorted(IReadOnlyList<KeyValuePair<string, HeaderTemplate>> values, HeaderOperationKind kind)
        => values.OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => new HeaderOperation(kind, value.Key, value.Value));
}
