using System.Globalization;
using System.Text;

namespace Mesh.Client.Benchmarks.Rules;

/// <summary>Rules as people write them, of any size, as the contents of a <c>Mesh</c> section.</summary>
internal static class RuleText
{
    /// <summary>The user whose calls the last rule is about.</summary>
    public const string User = "jason";

    /// <summary>One service whose last rule sends <see cref="User"/> to subset v2 with timeout and retries. The rules before ask for other
    /// paths and other users by turns. Endpoints in <paramref name="live"/> are v2; v1 fills up to <paramref name="endpoints"/>.</summary>
    public static string OneService(int rules, IReadOnlyList<string> live, int endpoints)
        => $$"""
            {
              "Services": { "reviews": { "Ports": [ { "Number": 80, "Name": "http" } ], "Endpoints": [ {{Endpoints(live, endpoints)}} ] } },
              "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ {{HttpRules("reviews", rules)}} ] } },
              "DestinationRules": { "reviews": {{DestinationRule("reviews")}} }
            }
            """;

    /// <summary>Many services with a VirtualService each, all with subsets v1 and v2.</summary>
    public static string ManyServices(int services, int rulesEach, Func<int, int, string>? rule = null)
    {
        var (registered, virtualServices, destinationRules) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        for (var index = 0; index < services; index++)
        {
            var (name, comma) = (ServiceName(index), index == 0 ? "" : ",\n");
            var http = rule is null
                ? HttpRules(name, rulesEach)
                : string.Join(',', Enumerable.Range(0, rulesEach).Select(number => rule(index, number)));
            registered.Append(CultureInfo.InvariantCulture, $$"""
                {{comma}}"{{name}}": { "Ports": [ { "Number": 80, "Name": "http" } ], "Endpoints": [ {{Endpoints(["10.0.0.2:80"], 2)}} ] }
                """);
            virtualServices.Append(CultureInfo.InvariantCulture, $"{comma}\"{name}\": {{ \"hosts\": [ \"{name}\" ], \"http\": [ {http} ] }}");
            destinationRules.Append(CultureInfo.InvariantCulture, $"{comma}\"{name}\": {DestinationRule(name)}");
        }

        return $$"""{ "Services": { {{registered}} }, "VirtualServices": { {{virtualServices}} }, "DestinationRules": { {{destinationRules}} } }""";
    }

    /// <summary>The shapes that Bookinfo's rules have, with texts of their own for each service.</summary>
    public static string BookinfoRule(string salt, int service, int number)
    {
        var name = ServiceName(service);
        var match = (number % 5) switch
        {
            0 => $$"""{ "headers": { "end-user": { "exact": "user-{{service}}-{{number}}" } } }""",
            1 => $$"""{ "uri": { "prefix": "/api/v{{number}}/products" } }""",
            2 => $$"""{ "uri": { "exact": "/login/{{service}}" }, "method": { "exact": "POST" } }""",
            3 => $$"""{ "headers": { "cookie": { "regex": "^(.*?;)?(user={{salt}}{{service}}x{{number}})(;.*)?$" } } }""",
            _ => $$"""{ "headers": { "user-agent": { "regex": ".*{{salt}}Mobile{{service}}.*" } } }""",
        };
        return $$"""
            { "match": [ {{match}} ], "route": [ { "destination": { "host": "{{name}}", "subset": "v1" }, "weight": 90 },
              { "destination": { "host": "{{name}}", "subset": "v2" }, "weight": 10 } ] }
            """;
    }

    public static string ServiceName(int index) => string.Create(CultureInfo.InvariantCulture, $"service-{index}");

    private static string HttpRules(string host, int count)
    {
        var text = new StringBuilder();
        for (var index = 0; index < count - 1; index++)
        {
            var match = index % 2 == 0
                ? $$"""{ "uri": { "exact": "/elsewhere/{{index}}" } }"""
                : $$"""{ "headers": { "end-user": { "exact": "user-{{index}}" } } }""";
            text.Append(CultureInfo.InvariantCulture, $$"""
                { "match": [ {{match}} ], "route": [ { "destination": { "host": "{{host}}", "subset": "v1" } } ] },

                """);
        }

        return text.Append(CultureInfo.InvariantCulture, $$"""
            { "match": [ { "headers": { "end-user": { "exact": "{{User}}" } } } ], "timeout": "10s",
              "retries": { "attempts": 2, "perTryTimeout": "2s", "retryOn": "connect-failure,refused-stream,reset" },
              "route": [ { "destination": { "host": "{{host}}", "subset": "v2" } } ] }
            """).ToString();
    }

    private static string DestinationRule(string host)
        => $$"""
            { "host": "{{host}}",
              "trafficPolicy": { "outlierDetection": { "consecutive5xxErrors": 5, "interval": "10s", "baseEjectionTime": "30s",
                "maxEjectionPercent": 100 } },
              "subsets": [ { "name": "v1", "labels": { "version": "v1" } }, { "name": "v2", "labels": { "version": "v2" } } ] }
            """;

    private static string Endpoints(IReadOnlyList<string> live, int total)
    {
        var text = new StringBuilder();
        for (var index = 0; index < Math.Max(total, live.Count); index++)
        {
            var (address, version) = index < live.Count
                ? (live[index], "v2")
                : (string.Create(CultureInfo.InvariantCulture, $"10.{128 + (index >> 16)}.{index >> 8 & 255}.{index & 255}:80"), "v1");
            text.Append(index == 0 ? "" : ",\n")
                .Append(CultureInfo.InvariantCulture, $$"""{ "Address": "{{address}}", "Labels": { "version": "{{version}}" } }""");
        }

        return text.ToString();
    }
}
