using System.Text.Json.Nodes;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration;

/// <summary>Valid rules that together use every field, each small, so that a change of one value mostly reaches something.</summary>
internal static class MutationCorpus
{
    /// <summary>Kind in the plural, as in the section, and the map below it.</summary>
    private static readonly (string Map, string Kind, string Entries)[] Rules =
    [
        ("VirtualServices", "VirtualService", """
            { "reviews": { "hosts": [ "reviews", "*.reviews.example", "*-b.example", "10.0.0.1" ], "gateways": [ "mesh", "infra/edge" ], "exportTo": [ "*" ], "tls": [ { "match": [ { "sniHosts": [ "reviews" ], "port": 443 } ], "route": [ { "destination": { "host": "reviews" }, "weight": 1 } ] } ], "http": [
              { "name": "one", "match": [ { "name": "m", "uri": { "prefix": "/a" }, "ignoreUriCase": true, "method": { "exact": "GET" }, "scheme": { "exact": "http" }, "authority": { "prefix": "rev" },
                  "headers": { "end-user": { "regex": "(a|b)*\\.c" }, "x": {} }, "withoutHeaders": { "y": { "exact": "1" } }, "queryParams": { "q": { "exact": "v" } },
                  "port": 80, "sourceLabels": { "app": "web" }, "sourceNamespace": "default", "gateways": [ "mesh" ] } ],
                "fault": { "delay": { "fixedDelay": "7s", "percentage": { "value": 12.5 } }, "abort": { "httpStatus": 503, "percent": 5 } },
                "route": [ { "destination": { "host": "reviews", "subset": "v1", "port": { "number": 9080 } }, "weight": 90, "headers": { "request": { "set": { "a": "%REQ(b)%", "p": "%PROTOCOL%" }, "remove": [ "c" ] } } },
                  { "destination": { "host": "ratings.prod.svc.cluster.local" }, "weight": 10 } ],
                "corsPolicy": { "allowOrigins": [ { "exact": "a" } ], "allowMethods": [ "GET" ], "maxAge": "24h", "allowCredentials": true }, "timeout": "1.5s", "retries": { "attempts": 3, "retryRemoteLocalities": true, "perTryTimeout": "500ms", "retryOn": "5xx,503,connect-failure", "backoff": "25ms", "retryIgnorePreviousHosts": false },
                "rewrite": { "uri": "/z", "authority": "other" }, "mirror": { "host": "mirror", "subset": "v2" }, "mirrorPercentage": { "value": 50 } },
              { "route": [ { "destination": { "host": "reviews" } } ] } ] } }
            """),
        ("VirtualServices", "VirtualService", """
            { "answers": { "hosts": [ "reviews" ], "http": [
              { "match": [ { "uri": { "exact": "/old" } } ], "redirect": { "uri": "/new", "authority": "b", "scheme": "https", "redirectCode": 302, "port": 8443 } },
              { "match": [ { "uri": { "prefix": "/b" } } ], "directResponse": { "status": 418, "body": { "string": "tea" } }, "headers": { "response": { "add": { "d": "e" } } } },
              { "match": [ { "uri": { "regex": "/c/.*" } } ], "rewrite": { "uriRegexRewrite": { "match": "^/c/(.*)$", "rewrite": "/d/\\1" } }, "route": [ { "destination": { "host": "a" } } ],
                "mirrors": [ { "destination": { "host": "b", "port": { "number": 80 } }, "percentage": { "value": 1 } } ] } ] } }
            """),
        ("VirtualServices", "VirtualService", """
            { "root": { "hosts": [ "reviews" ], "http": [ { "match": [ { "uri": { "prefix": "/a" } } ], "delegate": { "name": "leaf", "namespace": "default" } } ] },
              "leaf": { "http": [ { "match": [ { "uri": { "prefix": "/a/b" } } ], "route": [ { "destination": { "host": "reviews" } } ] }, { "route": [ { "destination": { "host": "b" } } ], "timeout": "1ms" } ] } }
            """),
        ("HTTPRoutes", "HTTPRoute", """
            { "reviews": { "parentRefs": [ { "group": "", "kind": "Service", "name": "reviews", "namespace": "default", "port": 80, "sectionName": "http" }, { "name": "edge" } ], "hostnames": [ "*.reviews.example" ], "rules": [
              { "name": "one", "matches": [ { "path": { "type": "Exact", "value": "/a" }, "method": "GET", "headers": [ { "type": "RegularExpression", "name": "end-user", "value": "(a|b)*\\.c" } ], "queryParams": [ { "name": "q", "value": "v" } ] },
                  { "path": { "type": "RegularExpression", "value": "/c/.*" } } ],
                "filters": [ { "type": "RequestHeaderModifier", "requestHeaderModifier": { "set": [ { "name": "a", "value": "%" } ], "add": [ { "name": "host", "value": "b" } ], "remove": [ "c" ] } },
                  { "type": "ResponseHeaderModifier", "responseHeaderModifier": { "add": [ { "name": "d", "value": "e" } ] } },
                  { "type": "RequestMirror", "requestMirror": { "backendRef": { "name": "b", "port": 80 }, "fraction": { "numerator": 1, "denominator": 3 } } },
                  { "type": "URLRewrite", "urlRewrite": { "hostname": "other", "path": { "type": "ReplaceFullPath", "replaceFullPath": "/z" } } } ],
                "backendRefs": [ { "group": "", "kind": "Service", "name": "reviews", "namespace": "default", "port": 80, "weight": 90, "filters": [ { "type": "RequestHeaderModifier", "requestHeaderModifier": { "remove": [ "c" ] } } ] },
                  { "group": "networking.istio.io", "kind": "Hostname", "name": "a.example" } ],
                "timeouts": { "request": "2m", "backendRequest": "1m500ms" }, "retry": { "codes": [ 503 ], "attempts": 3, "backoff": "100ms" }, "sessionPersistence": { "type": "Cookie", "cookie": { "name": "s" } } },
              { "matches": [ { "path": { "value": "/old" } } ], "filters": [ { "type": "RequestRedirect", "requestRedirect": { "scheme": "https", "port": 8443, "statusCode": 308, "path": { "type": "ReplacePrefixMatch", "replacePrefixMatch": "/new/" } } } ] },
              { "filters": [ { "type": "ExtensionRef", "extensionRef": { "group": "a.example", "kind": "A", "name": "b" } } ] } ] } }
            """),
        ("GRPCRoutes", "GRPCRoute", """
            { "ratings": { "parentRefs": [ { "group": "", "kind": "Service", "name": "ratings" } ], "rules": [
              { "matches": [ { "method": { "service": "shop.Cart", "method": "Add" } }, { "method": { "type": "RegularExpression", "service": "shop\\..*" }, "headers": [ { "name": "a", "value": "b" } ] } ],
                "backendRefs": [ { "name": "ratings", "port": 80, "weight": 0 } ] } ] } }
            """),
        ("DestinationRules", "DestinationRule", """
            { "reviews": { "host": "reviews", "exportTo": [ "." ], "workloadSelector": { "matchLabels": { "app": "web" } },
              "trafficPolicy": { "retryBudget": { "percent": 20, "minRetryConcurrency": 3 }, "tunnel": { "protocol": "CONNECT", "targetHost": "a.example", "targetPort": 80 }, "loadBalancer": { "simple": "LEAST_CONN" }, "connectionPool": { "tcp": { "connectTimeout": "1s", "maxConnections": 5 }, "http": { "maxRetries": 3 } },
                "outlierDetection": { "consecutiveErrors": 1, "consecutiveGatewayErrors": 2, "interval": "1s", "baseEjectionTime": "3m", "maxEjectionPercent": 100, "minHealthPercent": 0 },
                "tls": { "mode": "SIMPLE", "sni": "a.example", "subjectAltNames": [ "a.example" ], "insecureSkipVerify": false },
                "portLevelSettings": [ { "port": { "number": 443 }, "tls": { "mode": "ISTIO_MUTUAL" } } ] },
              "subsets": [ { "name": "v1", "labels": { "version": "v1" }, "trafficPolicy": { "loadBalancer": { "simple": "RANDOM" } } }, { "name": "v2", "labels": { "version": "v2" } } ] } }
            """),
        ("DestinationRules", "DestinationRule", """
            { "sticky": { "host": "reviews", "trafficPolicy": { "loadBalancer": { "consistentHash": {
                "httpCookie": { "name": "user", "path": "/", "ttl": "0s", "attributes": [ { "name": "SameSite", "value": "Strict" } ] }, "ringHash": { "minimumRingSize": 2048 } } } },
              "subsets": [ { "name": "v1", "labels": { "version": "v1" }, "trafficPolicy": { "loadBalancer": { "consistentHash": { "httpHeaderName": "x-user", "maglev": { "tableSize": 101 } } } } },
                { "name": "v2", "trafficPolicy": { "loadBalancer": { "consistentHash": { "useSourceIp": true, "minimumRingSize": 12 } } } } ] } }
            """),
        ("ServiceEntries", "ServiceEntry", """
            { "api": { "hosts": [ "reviews.example" ], "addresses": [ "10.0.0.0" ], "location": "MESH_EXTERNAL", "resolution": "DNS", "exportTo": [ "*" ],
                "ports": [ { "number": 443, "name": "https", "protocol": "HTTPS", "targetPort": 8443 }, { "number": 80, "name": "http", "protocol": "HTTP" } ],
                "endpoints": [ { "address": "one.example", "ports": { "https": 8444 }, "labels": { "version": "v1" }, "locality": "eu/eu-1/a", "weight": 2 } ] },
              "vms": { "hosts": [ "vms.example" ], "resolution": "STATIC", "workloadSelector": { "labels": { "app": "vm" } }, "ports": [ { "number": 80, "name": "tcp", "protocol": "TCP" }, { "number": 53, "name": "udp", "protocol": "UDP" }, { "number": 81, "name": "any", "protocol": "" } ] } }
            """),
        ("WorkloadEntries", "WorkloadEntry", """{ "vm": { "address": "10.0.0.1", "ports": { "http": 8080 }, "labels": { "app": "vm" }, "locality": "eu/eu-1", "weight": 1, "network": "n", "serviceAccount": "s" } }"""),
        ("Sidecars", "Sidecar", """{ "all": { "workloadSelector": { "labels": { "app": "web" } }, "egress": [ { "hosts": [ "./*", "*/reviews.example", "~/*" ], "port": { "number": 80, "protocol": "HTTP", "name": "http" } } ], "ingress": [ { "port": { "number": 80, "protocol": "HTTP", "name": "http" }, "captureMode": "NONE" } ], "outboundTrafficPolicy": { "mode": "REGISTRY_ONLY" } } }"""),
        ("Gateways", "Gateway", """{ "infra/edge": { "selector": { "app": "edge" }, "servers": [ { "port": { "number": 443, "name": "https", "protocol": "HTTPS" }, "hosts": [ "*" ] } ] } }"""),
        ("AuthorizationPolicies", "AuthorizationPolicy", """{ "deny": { "action": "DENY", "rules": [ { "from": [ { "source": { "namespaces": [ "a" ] } } ], "to": [ { "operation": { "paths": [ "/a" ] } } ], "when": [ { "key": "k", "values": [ "v" ] } ] } ] } }"""),
        ("PeerAuthentications", "PeerAuthentication", """{ "mtls": { "mtls": { "mode": "STRICT" }, "selector": { "matchLabels": { "app": "web" } } } }"""),
    ];

    private const string Settings = """
        { "Namespace": "default", "RootNamespace": "istio-system", "Domain": "cluster.local", "Seed": 5, "DefaultDiscovery": "None", "OutboundTrafficPolicy": { "Mode": "ALLOW_ANY" },
          "Workload": { "Name": "web-1", "Labels": { "app": "web" }, "Locality": "eu/eu-1/a" }, "Propagation": { "Headers": [ "end-user" ], "ExternalHosts": [ "*.example" ] },
          "Services": { "reviews": { "Ports": [ { "Number": 80, "Name": "http", "TargetPort": 9080 } ], "Endpoints": [ { "Address": "127.0.0.1:9083", "Labels": { "version": "v1" }, "Locality": "eu", "Weight": 1 },
            { "Address": "unix:/run/a" } ] }, "ratings": { "Discovery": "Dns", "metadata": { "creationTimestamp": "2026-01-01T00:00:00Z", "labels": { "a": "b" }, "annotations": { "c": "d" } } } } }
        """;

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
            redirect: { uri: /b }
          - name: *n
            route:
            - destination: { host: reviews }
            mirror: { host: 'b' }
        ---
        apiVersion: install.istio.io/v1alpha1
        kind: IstioOperator
        spec: { profile: demo }
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: { name: reviews, annotations: { kiali.io/ignore-validations: KIA0209 } }
        spec:
          host: reviews
          subsets:
          - name: v1
            labels:
              version: v1
        """;

    /// <summary>The texts in their formats; those that are JSON can be changed as trees too.</summary>
    public static IReadOnlyList<(MeshDocumentFormat Format, string Text)> Documents { get; } =
    [
        (MeshDocumentFormat.MeshJson, Settings),
        .. Rules.Select(rules => (MeshDocumentFormat.MeshJson, $$"""{ "{{rules.Map}}": {{rules.Entries}} }""")),
        .. Rules.Select(rules => (MeshDocumentFormat.IstioJson, Resources(rules.Kind, rules.Entries))),
        .. Rules.Select(rules => (MeshDocumentFormat.IstioYaml, Resources(rules.Kind, rules.Entries))),
        (MeshDocumentFormat.IstioYaml, Yaml),
        (MeshDocumentFormat.IstioYaml, Yaml),
    ];

    private static string Resources(string kind, string entries) => new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "List",
        ["items"] = new JsonArray([.. JsonNode.Parse(entries)!.AsObject().Select(entry => new JsonObject
        {
            ["apiVersion"] = $"{ResourceKinds.GroupOf(kind)}/v1",
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = entry.Key.Split('/')[^1], ["namespace"] = "default" },
            ["spec"] = entry.Value!.DeepClone(),
        })]),
    }.ToJsonString();
}
