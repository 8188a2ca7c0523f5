using Mesh.Client.EndToEnd.Tests.Harness;

namespace Mesh.Client.EndToEnd.Tests.Census;

/// <summary>Rules for the kinds of <see cref="MixedLoad"/> that need one, as contents of section <c>Mesh</c>.</summary>
internal static class CensusRules
{
    public const string Header = "x-kind";
    public const string Retried = "failure that is repeated";
    public const string PerTry = "time of each attempt ran out";
    public const string Timeout = "time ran out before the headers";
    public const string TimeoutInBody = "time ran out in the body";

    /// <summary>The turn with all servers and nobody else.</summary>
    public const int All = -1;

    /// <summary>Nobody listens there.</summary>
    private const string Dead = "127.0.0.1:1";

    /// <summary>By turns one of the servers is missing, or none, and every other turn has an endpoint that refuses connections.</summary>
    public static string Json(IReadOnlyList<TestServiceProcess> services, int turn)
    {
        var here = services.Where((_, index) => turn == All || turn % (services.Count + 1) != index).ToList();
        var work = here.Select(service => service.Address).ToList();
        if (turn % 2 == 1)
        {
            work.Add(Dead);
        }

        return $$"""
            {
              "Services": {
                "work": { "Ports": [ { "Number": 80, "Name": "http" } ], "Endpoints": [ {{Endpoints(work)}} ] },
                "hedged": { "Ports": [ { "Number": 80, "Name": "http" } ], "Endpoints": [ {{Endpoints(work)}} ] },
                "streams": { "Ports": [ { "Number": 80, "Name": "http2" } ], "Endpoints": [ {{Endpoints(here.Select(service => service.Http2Address))}} ] }
              },
              "VirtualServices": { "work": { "hosts": [ "work" ], "http": [
                {{Rule(Retried, """ "retries": { "attempts": 2, "backoff": "1ms", "retryOn": "5xx" } """)}},
                {{Rule(PerTry, """ "retries": { "attempts": 2, "backoff": "1ms", "perTryTimeout": "20ms", "retryOn": "reset" } """)}},
                {{Rule(Timeout, """ "timeout": "20ms" """)}},
                {{Rule(TimeoutInBody, """ "timeout": "20ms" """)}},
                { "route": [ { "destination": { "host": "work" } } ] }
              ] } },
              "DestinationRules": {
                "work": { "host": "work", "trafficPolicy": { "connectionPool": { "tcp": { "maxConnections": 10000 } } },
                  "x-mesh": { "trafficPolicy": { "retryBudget": { "enabled": false } } } },
                "hedged": { "host": "hedged", "trafficPolicy": { "connectionPool": { "tcp": { "maxConnections": 10000 } } },
                  "x-mesh": { "trafficPolicy": { "retryBudget": { "enabled": false }, "hedging": { "delay": "5ms" } } } },
                "streams": { "host": "streams", "trafficPolicy": { "connectionPool": { "http": { "http2MaxRequests": 10000 } } } }
              }
            }
            """;
    }

    private static string Endpoints(IEnumerable<string> addresses) => string.Join(", ", addresses.Select(address => $$"""{ "Address": "{{address}}" }"""));

    private static string Rule(string kind, string policy)
        => $$"""{ "match": [ { "headers": { "{{Header}}": { "exact": "{{kind}}" } } } ], {{policy}}, "route": [ { "destination": { "host": "work" } } ] }""";
}
