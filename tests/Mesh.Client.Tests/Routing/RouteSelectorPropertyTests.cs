using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Routing;
using Mesh.Client.Tests.Model;

namespace Mesh.Client.Tests.Routing;

/// <summary>Rules against a model that compares strings one by one. Lists are long enough to be indexed in about half of the cases.</summary>
public sealed class RouteSelectorPropertyTests
{
    private static readonly Gen<string> Path = Gen.OneOf("/", "/a", "/A", "/a/b", "/a/B", "/ab", "/b/a/b", "/b");
    private static readonly Gen<string> Value = Gen.OneOf("", "v1", "V1", "v11", "v2");
    private static readonly Gen<string> HeaderName = Gen.OneOf("x-a", "x-b", "x-c", ":method", "host");

    private static readonly Gen<HttpMatchConfiguration> Match = Gen.Select(
        Condition(Path).Null(),
        Gen.Bool,
        Gen.Select(HeaderName, Condition(Value)).Array[0, 2],
        Condition(Gen.OneOf("GET", "PUT")).Null(),
        Gen.Int[79, 80].Nullable(0.7),
        Gen.Frequency((3, Gen.Const(Array.Empty<(string, StringMatchConfiguration)>())), (1, Gen.Select(HeaderName, Condition(Value)).Array[1])),
        Gen.Frequency((3, Gen.Const(Array.Empty<(string, StringMatchConfiguration)>())), (1, Gen.Select(Gen.OneOf("q", "Q"), Condition(Value)).Array[1])))
        .Select((uri, ignoreCase, headers, method, port, without, query)
            => Given.Match(uri, method, ignoreUriCase: ignoreCase, port: port, headers: headers.DistinctBy(header => header.Item1).ToArray()) with
            {
                WithoutHeaders = Pairs(without),
                QueryParams = Pairs(query),
            });

    internal static readonly Gen<HttpMatchConfiguration[][]> Rules = Gen.Frequency(
        (20, Match.Array[1, 3]), (1, Gen.Const(Array.Empty<HttpMatchConfiguration>()))).Array[1, 30];

    internal static readonly Gen<HttpRequestMessage> Request = Gen.Select(
        Path, Gen.OneOf("GET", "PUT"), Gen.Select(Gen.OneOf("x-a", "x-b", "x-c"), Value).Array[0, 3], Gen.OneOf("", "?q", "?q=v1", "?x&q=v11&q=v1"))
        .Select((path, method, headers, query) =>
        {
            var request = new HttpRequestMessage(new(method), $"http://v1{path}{query}");
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name.ToUpperInvariant(), value);
            }

            return request;
        });

    [Fact]
    public void First_matching_rule_agrees_with_a_plain_comparison()
        => Gen.Select(Rules, Request).Sample(
            (rules, request) =>
            {
                var virtualService = Given.VirtualService("v1", ["v1"], [.. rules.Select(match => Given.Route(match, Given.To("v1")))]);
                var host = Given.Snapshot([], [virtualService]).Hosts["v1"];

                var expected = Array.FindIndex(rules, rule => rule.Length == 0 || rule.Any(match => Holds(match, request)));
                var decision = RouteSelector.Select(new(host, 80), request, MeshRandom.Seeded(1));

                Assert.Equal(expected < 0 ? null : $"default/v1 http[{expected}]", decision.Rule?.Name);
            },
            iter: 5_000,
            print: sample => $"{string.Join("; ", sample.Item1.Select(rule => string.Join(" | ", rule.Select(Print))))} <- {sample.Item2}");

    internal static string Print(HttpMatchConfiguration match)
        => $"uri {match.Uri?.Kind} {match.Uri?.Value} case {match.IgnoreUriCase} method {match.Method?.Kind} {match.Method?.Value} port {match.Port} "
            + string.Join(" ", match.Headers.Select(header => $"{header.Key} {header.Value.Kind} {header.Value.Value}"))
            + string.Join(" ", match.WithoutHeaders.Select(header => $" without {header.Key} {header.Value.Kind} {header.Value.Value}"))
            + string.Join(" ", match.QueryParams.Select(header => $" query {header.Key} {header.Value.Kind} {header.Value.Value}"));

    private static Gen<StringMatchConfiguration> Condition(Gen<string> value) => Gen.Frequency(
        (3, value.Select(Given.Exact)), (2, value.Select(Given.Prefix)), (1, Gen.Const(Given.Present())));

    private static bool Holds(HttpMatchConfiguration match, HttpRequestMessage request)
    {
        var path = request.RequestUri!.AbsolutePath;
        return (match.Uri is null || Compare(match.Uri, path, match.IgnoreUriCase))
            && (match.Method is null || Compare(match.Method, request.Method.Method, false))
            && match.Port is null or 80
            && match.Headers.All(header => Value(header.Key) is { } value && Compare(header.Value, value, false))
            && match.WithoutHeaders.All(header
                => !(header.Value.Kind == StringMatchKind.Present ? Value(header.Key) is not null : Compare(header.Value, Value(header.Key) ?? "", false)))
            && match.QueryParams.All(parameter => Query(parameter.Key) is { } value && Compare(parameter.Value, value, false));

        string? Value(string header) => header switch
        {
            ":method" => request.Method.Method,
            "host" => request.RequestUri.Authority,
            _ => request.Headers.TryGetValues(header, out var values) ? string.Join(",", values) : null,
        };

        string? Query(string name) => request.RequestUri.Query.TrimStart('?').Split('&')
            .Select(pair => pair.Split('=', 2))
            .Where(pair => pair[0] == name)
            .Select(pair => pair.Length == 1 ? "" : pair[1])
            .FirstOrDefault();
    }

    private static List<KeyValuePair<string, StringMatchConfiguration>> Pairs((string Name, StringMatchConfiguration Value)[] pairs)
        => [.. pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))];

    private static bool Compare(StringMatchConfiguration condition, string text, bool ignoreCase)
    {
        var (value, actual) = ignoreCase ? (condition.Value.ToUpperInvariant(), text.ToUpperInvariant()) : (condition.Value, text);
        return condition.Kind switch
        {
            StringMatchKind.Exact => actual == value,
            StringMatchKind.Prefix => actual.StartsWith(value, StringComparison.Ordinal),
            _ => true,
        };
    }
}
