using System.Globalization;
using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;
using Mesh.Client.Tests.Model;

namespace Mesh.Client.Tests.Configuration.GatewayApi;

/// <summary>Which match of several routes takes a call, against the order of the specification as it reads: every match that holds is looked at, and
/// by each criterion in turn those that have less of it fall out.</summary>
public sealed class GatewayRoutePrecedenceTests
{
    private static readonly Gen<(string Kind, string Value)> Path = Gen.OneOf(
        ("PathPrefix", "/"), ("PathPrefix", "/a"), ("PathPrefix", "/a/"), ("PathPrefix", "/a/b"), ("PathPrefix", "/ab"), ("Exact", "/a"), ("Exact", "/a/b"), ("Exact", "/"),
        ("RegularExpression", "/a.*"), ("RegularExpression", "/.*"));

    private static readonly Gen<Match> Matches = Gen.Select(
        Path, Gen.OneOf("", "", "GET", "POST"), Gen.OneOf("x", "y", "z").HashSet[0, 3], Gen.OneOf("p", "q").HashSet[0, 2])
        .Select((path, method, headers, parameters) => new Match(path.Kind, path.Value, method, [.. headers], [.. parameters]));

    private static readonly Gen<Route[]> Routes = Gen.Select(Gen.OneOf("a", "b", "a-c"), Gen.Const("default"), Gen.Int[0, 3], Matches.Array[1, 4].Array[1, 4])
        .Select((name, @namespace, day, rules) => new Route(name, @namespace, day, rules)).Array[1, 3];

    private static readonly Gen<HttpRequestMessage> Requests = Gen.Select(
        Gen.OneOf("/", "/a", "/a/", "/a/b", "/a/b/c", "/ab", "/b"), Gen.OneOf("GET", "POST"), Gen.OneOf("x", "y", "z").HashSet[0, 3], Gen.OneOf("", "?p=1", "?q=1", "?p=1&q=1"))
        .Select((path, method, headers, query) =>
        {
            var request = new HttpRequestMessage(new(method), $"http://shop{path}{query}");
            foreach (var header in headers)
            {
                request.Headers.Add(header, "1");
            }

            return request;
        });

    [Fact]
    public void Most_specific_match_of_all_routes_takes_the_call()
        => Gen.Select(Routes, Requests).Sample(
            (routes, request) =>
            {
                Route[] distinct = [.. routes.DistinctBy(route => route.Name)];
                var document = Loading.Yaml(string.Join("---\n", distinct.Select(Text)));
                Loading.NotRefused(document);
                var (configuration, _) = ConfigurationMerger.Merge([document]);
                var host = SnapshotCompiler.Compile(configuration, 1).Hosts["shop"];

                Assert.Equal(Expected(distinct, request), RouteSelector.Select(new(host, 80), request, MeshRandom.Seeded(1)).Rule?.Name);
            },
            iter: 500,
            print: sample => $"{string.Join("---\n", sample.Item1.Select(Text))} <- {sample.Item2}");

    [Theory]
    [InlineData("{ service: shop.Cart, method: Add }", "/shop.Cart/Add", 1)]
    [InlineData("{ service: shop.Cart }", "/shop.Cart/Add", 1)]
    [InlineData("{ method: Add }", "/shop.Cart/Add", 0)]
    [InlineData("{ service: shop.Cart, method: Remove }", "/shop.Cart/Add", 0)]
    public void Match_of_a_grpc_route_with_more_of_the_service_then_of_the_method_goes_first(string method, string path, int expected)
    {
        var document = Loading.Yaml($$"""
            apiVersion: gateway.networking.k8s.io/v1
            kind: GRPCRoute
            metadata: { name: a }
            spec:
              parentRefs: [ { group: "", kind: Service, name: shop } ]
              rules:
              - { matches: [ { method: { type: RegularExpression, service: "shop..*" } } ], backendRefs: [ { name: shop, port: 80 } ] }
              - { matches: [ { method: {{method}} } ], backendRefs: [ { name: shop, port: 80 } ] }
            """);
        Loading.NotRefused(document);
        var host = SnapshotCompiler.Compile(ConfigurationMerger.Merge([document]).Configuration, 1).Hosts["shop"];
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://shop{path}");

        Assert.Equal($"GRPCRoute default/a rules[{expected}]", RouteSelector.Select(new(host, 80), request, MeshRandom.Seeded(1)).Rule?.Name);
    }

    private static string? Expected(Route[] routes, HttpRequestMessage request)
    {
        var left = new List<(Route Route, int Rule, int Index, Match Match)>();
        foreach (var route in routes)
        {
            for (var rule = 0; rule < route.Rules.Length; rule++)
            {
                for (var index = 0; index < route.Rules[rule].Length; index++)
                {
                    left.Add((route, rule, index, route.Rules[rule][index]));
                }
            }
        }

        left.RemoveAll(one => !Holds(one.Match, request));
        Keep(one => one.Match.Kind == "Exact" ? 1 : 0);
        Keep(one => one.Match.Kind == "PathPrefix" && one.Match.Path != "/" ? one.Match.Path.TrimEnd('/').Length : 0);
        // Left open by the specification; as Istio has it.
        Keep(one => one.Match.Kind == "RegularExpression" ? one.Match.Path.Length : 0);
        Keep(one => one.Match.Method.Length > 0 ? 1 : 0);
        Keep(one => one.Match.Headers.Length);
        Keep(one => one.Match.Parameters.Length);
        Keep(one => -one.Route.Day);
        Keep(one => -Array.IndexOf([.. routes.Select(route => $"{route.Namespace}/{route.Name}").Order(StringComparer.Ordinal)], $"{one.Route.Namespace}/{one.Route.Name}"));
        return left.Count == 0 ? null : $"HTTPRoute {left[0].Route.Namespace}/{left[0].Route.Name} rules[{left[0].Rule}]";

        void Keep(Func<(Route Route, int Rule, int Index, Match Match), int> criterion)
        {
            if (left.Count > 0)
            {
                var most = left.Max(criterion);
                left.RemoveAll(one => criterion(one) < most);
            }
        }
    }

    private static bool Holds(Match match, HttpRequestMessage request)
    {
        var path = request.RequestUri!.AbsolutePath;
        var prefix = match.Path.TrimEnd('/');
        return match.Kind switch
        {
            "Exact" => path == match.Path,
            "PathPrefix" => prefix.Length == 0 || path == prefix || path.StartsWith(prefix + "/", StringComparison.Ordinal),
            _ => path.StartsWith(match.Path.TrimEnd('*', '.'), StringComparison.Ordinal),
        }
            && (match.Method.Length == 0 || match.Method == request.Method.Method)
            && match.Headers.All(request.Headers.Contains)
            && match.Parameters.All(parameter => request.RequestUri.Query.Contains($"{parameter}=1", StringComparison.Ordinal));
    }

    private static string Text(Route route) => string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: { name: {{route.Name}}, namespace: {{route.Namespace}}, creationTimestamp: "2026-01-0{{route.Day + 1}}T00:00:00Z" }
        spec: { parentRefs: [ { group: "", kind: Service, name: shop } ], rules: [ {{string.Join(", ", route.Rules.Select(Text))}} ] }

        """);

    private static string Text(Match[] rule) => $$"""{ matches: [ {{string.Join(", ", rule.Select(Text))}} ], backendRefs: [ { name: shop, port: 80 } ] }""";

    private static string Text(Match match)
        => $$"""{ path: { type: {{match.Kind}}, value: "{{match.Path}}" }, {{(match.Method.Length == 0 ? "" : $"method: {match.Method}, ")}}headers: [ {{Named(match.Headers)}} ], queryParams: [ {{Named(match.Parameters)}} ] }""";

    private static string Named(string[] names) => string.Join(", ", names.Select(name => $"{{ name: {name}, value: \"1\" }}"));

    private sealed record Match(string Kind, string Path, string Method, string[] Headers, string[] Parameters);

    private sealed record Route(string Name, string Namespace, int Day, Match[][] Rules);
}
