using System.Text;
using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Configuration;

/// <summary>Valid texts, spoilt at random: never an exception, and either a reason to refuse or something bound.</summary>
public sealed class MutationPropertyTests
{
    private const int Cases = 20_000;

    private const string Yaml = """
        # rules
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: reviews
          labels: { app: "x" }
        spec:
          hosts:
          - reviews
          http:
          - name: &n one
            match:
            - headers:
                end-user: { regex: "(a|b)*\\ c" }
              uri: { prefix: /a }
            fault:
              delay: { fixedDelay: 7s, percentage: { value: 100.0 } }
            route:
            - destination: { host: reviews, subset: v1, port: { number: 9080 } }
              weight: 90
            - destination: { host: reviews }
              weight: 10
            timeout: 1.5s
            retries: { attempts: 3, retryOn: "5xx,503" }
          - name: *n
            route:
            - destination: { host: reviews }
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: { name: reviews }
        spec:
          host: reviews
          trafficPolicy:
            outlierDetection: { consecutiveErrors: 1, interval: 1s }
            tls: { mode: SIMPLE }
          subsets:
          - name: v1
            labels:
              version: v1
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: { name: api }
        spec:
          hosts: [ api.example ]
          resolution: DNS
          ports: [ { number: 443, name: https, protocol: HTTPS, targetPort: 8443 } ]
          endpoints:
          - { address: one.example, ports: { https: 8443 }, labels: { version: v1 } }
        """;

    private const string Json = """
        {
          "Namespace": "shop", "Seed": 5,
          "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ],
            "Endpoints": [ { "Address": "127.0.0.1:9083", "Labels": { "version": "v1" }, "Weight": 1 } ] } },
          "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [
            { "match": [ { "headers": { ":method": { "exact": "GET" }, "end-user": {} } } ],
              "fault": { "abort": { "httpStatus": 500, "percent": 5 } },
              "route": [ { "destination": { "host": "reviews", "subset": "v1" }, "weight": 1 } ] } ] } },
          "DestinationRules": { "reviews": { "host": "reviews", "subsets": [ { "name": "v1", "labels": { "version": "v1" } } ] } },
          "ServiceEntries": { "api": { "hosts": [ "api.example", "api2.example" ], "resolution": "STATIC", "exportTo": [ "." ],
            "ports": [ { "number": 80, "name": "http", "protocol": "HTTP" } ], "workloadSelector": { "labels": { "app": "api" } } } },
          "WorkloadEntries": { "vm": { "address": "10.0.0.1", "ports": { "http": 8080 }, "labels": { "app": "api" }, "locality": "eu/eu-1" } },
          "Sidecars": { "all": { "egress": [ { "hosts": [ "./*", "*/api.example" ] } ], "outboundTrafficPolicy": { "mode": "ALLOW_ANY" } } }
        }
        """;

    private const string Resources = """
        { "apiVersion": "v1", "kind": "List", "items": [
          { "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": { "name": "reviews", "creationTimestamp": "2026-01-01T00:00:00Z" },
            "spec": { "hosts": [ "reviews" ], "http": [ { "route": [ { "destination": { "host": "reviews", "subset": "v1" } } ], "timeout": "1m30s" } ] } },
          { "apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "metadata": { "name": "a" }, "spec": { "mtls": { "mode": "STRICT" } } }
        ] }
        """;

    private static readonly string[] Snippets =
    [
        "\t", "\n", "null", "{}", "[]", "true", "1e999", "-1", "\"x\"", "'", "\"", "{", "}", "[", "]", ":", ": ", ",", "- ", "? ", "&a ", "*a", "*n", "<<: ", "!!str ",
        "!x ", "|", ">", "%", "@", "#", "---\n", "...\n", "\u0000", "\ud800", "\uFEFF", "\u2028", "\u00e4", "99999999999999999999", ".nan", "~", "\\", "\\u12", "(", "0s",
    ];

    private static readonly Gen<Func<string, string>> Mutation = Gen.Select(Gen.Int[0, 6], Gen.Double.Unit, Gen.Double.Unit, Seeded.OneOf(Snippets), Gen.Char,
        (kind, start, end, snippet, character) => new Func<string, string>(text => Mutate(text, kind, start, end, snippet, character)));

    private static readonly Gen<(MeshDocumentFormat Format, string Text)> Documents = Gen.Select(Gen.Int[0, 2], Mutation.Array[1, 3], (format, mutations) =>
    {
        var text = format switch { 0 => Json, 1 => Resources, _ => Yaml };
        return ((MeshDocumentFormat)format, mutations.Aggregate(text, (spoilt, mutation) => mutation(spoilt)));
    });

    [Fact]
    public void Load_the_unspoilt_texts_are_accepted()
    {
        Loading.NotRefused(Loading.Yaml(Yaml));
        Loading.NotRefused(Loading.Section(Json));
        Loading.NotRefused(Loading.Json(Resources));
    }

    [Fact]
    public void Load_a_spoilt_text_is_refused_with_a_reason_or_bound()
    {
        var (refused, accepted) = (0, 0);
        Seeded.Sample(Documents, Cases, document =>
        {
            var loaded = Load(document);

            Assert.True(loaded.Findings.Count <= FindingSink.Limit + 2);
            Assert.All(loaded.Findings, finding => Assert.True(finding.Message.Length is > 0 and < 3_000 && finding.Source is not null, finding.ToString()));
            if (loaded.IsRefused)
            {
                refused++;
                Assert.Same(MeshConfiguration.Empty, loaded.Configuration);
            }
            else
            {
                accepted++;
                SnapshotCompiler.Compile(ConfigurationMerger.Merge([loaded]).Configuration, 1);
            }
        });

        Assert.True(refused > Cases / 4 && accepted > Cases / 50, $"{refused} refused and {accepted} accepted: the mutations no longer reach both.");
    }

    private static LoadedDocument Load((MeshDocumentFormat Format, string Text) document)
    {
        try
        {
            return DocumentLoader.Load(document.Format switch
            {
                MeshDocumentFormat.MeshJson => MeshDocument.FromMeshJson("x", document.Text),
                MeshDocumentFormat.IstioJson => MeshDocument.FromIstioJson("x", document.Text),
                _ => MeshDocument.FromIstioYaml("x", document.Text),
            });
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{document.Format} threw on:\n{document.Text}", exception);
        }
    }

    private static string Mutate(string text, int kind, double start, double end, string snippet, char character)
    {
        var from = (int)(start * (text.Length + 1));
        var to = Math.Min(text.Length, from + (int)(end * 20));
        switch (kind)
        {
            case 0:
                return text[..from];
            case 1:
                return text.Insert(from, snippet);
            case 2:
                return text[..from] + text[to..];
            case 3:
                return text[..from] + snippet + text[to..];
            case 4:
                return text.Insert(from, character.ToString());
            case 5:
                var lines = text.Split('\n').ToList();
                var line = (int)(start * lines.Count);
                lines.Insert((int)(end * (lines.Count + 1)), lines[line]);
                return string.Join('\n', lines);
            default:
                return new StringBuilder(text).Replace(text[from..to].Length == 0 ? "reviews" : text[from..to], snippet).ToString();
        }
    }
}
