namespace Mesh.Client.Tests.Docs;

/// <summary>One example for each row of docs/rules.md, and one place for each mapping whose fields the page lists.</summary>
internal static class RuleExamples
{
    private const string Parents = "parentRefs: [ { group: \"\", kind: Service, name: a } ]";
    private const string Backends = "backendRefs: [ { name: a, port: 80 } ]";
    private const string Route = "route: [ { destination: { host: a } } ]";

    /// <summary>The key is section and field as the page writes them.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["VirtualService hosts[]"] = Http("name: a"),
        ["VirtualService gateways[]"] = VirtualService($"hosts: [ a ], gateways: [ mesh ], http: [ {{ {Route} }} ]"),
        ["VirtualService exportTo[]"] = VirtualService($"hosts: [ a ], exportTo: [ \".\" ], http: [ {{ {Route} }} ]"),
        ["VirtualService tcp[]"] = VirtualService($"hosts: [ a ], tcp: [ {{ {Route} }} ]"),
        ["VirtualService tls[]"] = VirtualService($"hosts: [ a ], tls: [ {{ match: [ {{ sniHosts: [ a ] }} ], {Route} }} ]"),
        ["VirtualService http[].name"] = Http("name: a"),
        ["VirtualService http[].match[].name"] = Match("name: a, uri: { prefix: /a }"),
        ["VirtualService http[].match[].uri.exact"] = Match("uri: { exact: /a }"),
        ["VirtualService http[].match[].uri.prefix"] = Match("uri: { prefix: /a }"),
        ["VirtualService http[].match[].uri.regex"] = Match("uri: { regex: \"/a.*\" }"),
        ["VirtualService http[].match[].ignoreUriCase"] = Match("uri: { prefix: /a }, ignoreUriCase: true"),
        ["VirtualService http[].match[].method"] = Match("method: { exact: GET }"),
        ["VirtualService http[].match[].scheme"] = Match("scheme: { exact: https }"),
        ["VirtualService http[].match[].authority"] = Match("authority: { exact: \"a:80\" }"),
        ["VirtualService http[].match[].headers"] = Match("headers: { end-user: { exact: jason }, x-test: {} }"),
        ["VirtualService http[].match[].port"] = Match("port: 9080"),
        ["VirtualService http[].match[].gateways[]"] = Match("gateways: [ mesh ]"),
        ["VirtualService http[].match[].queryParams"] = Match("queryParams: { a: { exact: b } }"),
        ["VirtualService http[].match[].withoutHeaders"] = Match("withoutHeaders: { a: { exact: b } }"),
        ["VirtualService http[].match[].sourceLabels"] = Match("sourceLabels: { app: a }"),
        ["VirtualService http[].match[].sourceNamespace"] = Match("sourceNamespace: prod"),
        ["VirtualService http[].match[].statPrefix"] = Match("statPrefix: a"),
        ["VirtualService http[].route[].destination.host"] = Http("name: a"),
        ["VirtualService http[].route[].destination.subset"] = Routes("{ destination: { host: a, subset: v1 } }"),
        ["VirtualService http[].route[].destination.port.number"] = Routes("{ destination: { host: a, port: { number: 9080 } } }"),
        ["VirtualService http[].route[].weight"] = Routes("{ destination: { host: a }, weight: 90 }, { destination: { host: b }, weight: 10 }"),
        ["VirtualService http[].route[].headers"] = Routes("{ destination: { host: a }, headers: { request: { set: { a: b } } } }"),
        ["VirtualService http[].timeout"] = Http("timeout: 3s"),
        ["VirtualService http[].retries.attempts"] = Http("retries: { attempts: 3 }"),
        ["VirtualService http[].retries.perTryTimeout"] = Http("retries: { attempts: 3, perTryTimeout: 500ms }"),
        ["VirtualService http[].retries.retryOn"] = Http("retries: { attempts: 3, retryOn: \"5xx,429\" }"),
        ["VirtualService http[].retries.backoff"] = Http("retries: { attempts: 3, backoff: 50ms }"),
        ["VirtualService http[].retries.retryIgnorePreviousHosts"] = Http("retries: { attempts: 3, retryIgnorePreviousHosts: true }"),
        ["VirtualService http[].retries.retryRemoteLocalities"] = Http("retries: { attempts: 3, retryRemoteLocalities: true }"),
        ["VirtualService http[].fault.delay.fixedDelay"] = Http("fault: { delay: { fixedDelay: 7s, percentage: { value: 100 } } }"),
        ["VirtualService http[].fault.delay.percentage.value"] = Http("fault: { delay: { fixedDelay: 7s, percentage: { value: 0.1 } } }"),
        ["VirtualService http[].fault.delay.percent"] = Http("fault: { delay: { fixedDelay: 7s, percent: 100 } }"),
        ["VirtualService http[].fault.delay.exponentialDelay"] = Http("fault: { delay: { exponentialDelay: 7s, percent: 100 } }"),
        ["VirtualService http[].fault.abort.httpStatus"] = Http("fault: { abort: { httpStatus: 500, percentage: { value: 100 } } }"),
        ["VirtualService http[].fault.abort.grpcStatus"] = Http("fault: { abort: { grpcStatus: UNAVAILABLE, percentage: { value: 100 } } }"),
        ["VirtualService http[].fault.abort.percentage.value"] = Http("fault: { abort: { httpStatus: 500, percentage: { value: 0.1 } } }"),
        ["VirtualService http[].fault.abort.percent"] = Http("fault: { abort: { httpStatus: 500, percent: 100 } }"),
        ["VirtualService http[].fault.abort.http2Error"] = Http("fault: { abort: { http2Error: NO_ERROR, percent: 100 } }"),
        ["VirtualService http[].redirect.uri"] = Answer("redirect: { uri: /a }"),
        ["VirtualService http[].redirect.prefixRewrite"] = Answer("redirect: { prefixRewrite: /a }"),
        ["VirtualService http[].redirect.authority"] = Answer("redirect: { authority: b }"),
        ["VirtualService http[].redirect.port"] = Answer("redirect: { port: 81 }"),
        ["VirtualService http[].redirect.derivePort"] = Answer("redirect: { derivePort: FROM_REQUEST_PORT }"),
        ["VirtualService http[].redirect.scheme"] = Answer("redirect: { scheme: https }"),
        ["VirtualService http[].redirect.redirectCode"] = Answer("redirect: { uri: /a, redirectCode: 302 }"),
        ["VirtualService http[].directResponse.status"] = Answer("directResponse: { status: 404 }"),
        ["VirtualService http[].directResponse.body"] = Answer("directResponse: { status: 404, body: { string: gone } }"),
        ["VirtualService http[].delegate.name"] = Answer("delegate: { name: a }"),
        ["VirtualService http[].delegate.namespace"] = Answer("delegate: { name: a, namespace: b }"),
        ["VirtualService http[].rewrite.uri"] = Http("rewrite: { uri: /a }"),
        ["VirtualService http[].rewrite.uriRegexRewrite"] = Http("rewrite: { uriRegexRewrite: { match: a, rewrite: b } }"),
        ["VirtualService http[].rewrite.authority"] = Http("rewrite: { authority: b }"),
        ["VirtualService http[].mirror"] = Http("mirror: { host: b }"),
        ["VirtualService http[].mirrors[].destination"] = Http("mirrors: [ { destination: { host: b, subset: v2, port: { number: 80 } } } ]"),
        ["VirtualService http[].mirrors[].percentage"] = Http("mirrors: [ { destination: { host: b }, percentage: { value: 5 } } ]"),
        ["VirtualService http[].mirrorPercent"] = Http("mirror: { host: b }, mirrorPercent: 5"),
        ["VirtualService http[].mirrorPercentage"] = Http("mirror: { host: b }, mirrorPercentage: { value: 5 }"),
        ["VirtualService http[].headers.request"] = Http("headers: { request: { set: { a: b } } }"),
        ["VirtualService http[].headers.response"] = Http("headers: { response: { set: { a: b } } }"),
        ["VirtualService http[].corsPolicy"] = Http("corsPolicy: { allowMethods: [ GET ] }"),

        ["DestinationRule host"] = DestinationRule("host: a"),
        ["DestinationRule exportTo[]"] = DestinationRule("host: a, exportTo: [ \".\" ]"),
        ["DestinationRule workloadSelector.matchLabels"] = DestinationRule("host: a, workloadSelector: { matchLabels: { app: a } }"),
        ["DestinationRule subsets[].name"] = DestinationRule("host: a, subsets: [ { name: v1, labels: { version: v1 } } ]"),
        ["DestinationRule subsets[].labels"] = DestinationRule("host: a, subsets: [ { name: v1, labels: { version: v1 } } ]"),
        ["DestinationRule subsets[].trafficPolicy"] = DestinationRule(
            "host: a, subsets: [ { name: v1, labels: { version: v1 }, trafficPolicy: { loadBalancer: { simple: RANDOM } } } ]"),
        ["DestinationRule trafficPolicy.loadBalancer.simple"] = Policy("loadBalancer: { simple: ROUND_ROBIN }"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.httpHeaderName"] = Hash("httpHeaderName: a"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.httpCookie.name"] = Hash("httpCookie: { name: a }"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.httpCookie.path"] = Hash("httpCookie: { name: a, path: /b }"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.httpCookie.ttl"] = Hash("httpCookie: { name: a, ttl: 0s }"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.httpCookie.attributes[].name"] = Hash("httpCookie: { name: a, attributes: [ { name: Secure } ] }"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.httpCookie.attributes[].value"] = Hash("httpCookie: { name: a, attributes: [ { name: SameSite, value: Strict } ] }"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.useSourceIp"] = Hash("useSourceIp: true"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.httpQueryParameterName"] = Hash("httpQueryParameterName: a"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.ringHash.minimumRingSize"] = Hash("useSourceIp: true, ringHash: { minimumRingSize: 2048 }"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.maglev.tableSize"] = Hash("useSourceIp: true, maglev: { tableSize: 101 }"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.minimumRingSize"] = Hash("useSourceIp: true, minimumRingSize: 2048"),
        ["DestinationRule trafficPolicy.loadBalancer.localityLbSetting.enabled"] = Policy("loadBalancer: { localityLbSetting: { enabled: true } }"),
        ["DestinationRule trafficPolicy.loadBalancer.localityLbSetting.distribute[].from"] = Policy("loadBalancer: { localityLbSetting: { distribute: [ { from: eu/a, to: { eu/a: 80, eu/b: 20 } } ] } }"),
        ["DestinationRule trafficPolicy.loadBalancer.localityLbSetting.distribute[].to"] = Policy("loadBalancer: { localityLbSetting: { distribute: [ { from: eu/a, to: { eu/a: 80, eu/b: 20 } } ] } }"),
        ["DestinationRule trafficPolicy.loadBalancer.localityLbSetting.failover[].from"] = Policy("outlierDetection: { interval: 5s }, loadBalancer: { localityLbSetting: { failover: [ { from: eu, to: us } ] } }"),
        ["DestinationRule trafficPolicy.loadBalancer.localityLbSetting.failover[].to"] = Policy("outlierDetection: { interval: 5s }, loadBalancer: { localityLbSetting: { failover: [ { from: eu, to: us } ] } }"),
        ["DestinationRule trafficPolicy.loadBalancer.localityLbSetting.failoverPriority[]"] = Policy("outlierDetection: { interval: 5s }, loadBalancer: { localityLbSetting: { failoverPriority: [ topology.istio.io/network, tier=1 ] } }"),
        ["DestinationRule trafficPolicy.loadBalancer.zoneAwareLbSetting.enabled"] = Policy("loadBalancer: { zoneAwareLbSetting: { enabled: true } }"),
        ["DestinationRule trafficPolicy.loadBalancer.zoneAwareLbSetting.failover[].from"] = Policy("outlierDetection: { interval: 5s }, loadBalancer: { zoneAwareLbSetting: { failover: [ { from: eu, to: us } ] } }"),
        ["DestinationRule trafficPolicy.loadBalancer.zoneAwareLbSetting.failover[].to"] = Policy("outlierDetection: { interval: 5s }, loadBalancer: { zoneAwareLbSetting: { failover: [ { from: eu, to: us } ] } }"),
        ["DestinationRule trafficPolicy.loadBalancer.zoneAwareLbSetting.failoverPriority[]"] = Policy("outlierDetection: { interval: 5s }, loadBalancer: { zoneAwareLbSetting: { failoverPriority: [ topology.istio.io/network, tier=1 ] } }"),
        ["DestinationRule trafficPolicy.loadBalancer.zoneAwareLbSetting.minClusterSize"] = Policy("loadBalancer: { zoneAwareLbSetting: { minClusterSize: 3 } }"),
        ["DestinationRule trafficPolicy.loadBalancer.warmup.duration"] = Policy("loadBalancer: { warmup: { duration: 5s } }"),
        ["DestinationRule trafficPolicy.loadBalancer.warmup.minimumPercent"] = Policy("loadBalancer: { warmup: { duration: 5s, minimumPercent: 20 } }"),
        ["DestinationRule trafficPolicy.loadBalancer.warmup.aggression"] = Policy("loadBalancer: { warmup: { duration: 5s, aggression: 1.5 } }"),
        ["DestinationRule trafficPolicy.loadBalancer.warmupDurationSecs"] = Policy("loadBalancer: { warmupDurationSecs: 5s }"),
        ["DestinationRule trafficPolicy.connectionPool.tcp.connectTimeout"] = Policy("connectionPool: { tcp: { connectTimeout: 1s } }"),
        ["DestinationRule trafficPolicy.connectionPool.tcp.maxConnections"] = Policy("connectionPool: { tcp: { maxConnections: 1 } }"),
        ["DestinationRule trafficPolicy.connectionPool.tcp.maxConnectionDuration"] = Policy("connectionPool: { tcp: { maxConnectionDuration: 1s } }"),
        ["DestinationRule trafficPolicy.connectionPool.tcp.idleTimeout"] = Policy("connectionPool: { tcp: { idleTimeout: 1s } }"),
        ["DestinationRule trafficPolicy.connectionPool.tcp.tcpKeepalive"] = Policy("connectionPool: { tcp: { tcpKeepalive: { probes: 3 } } }"),
        ["DestinationRule trafficPolicy.connectionPool.http.http1MaxPendingRequests"] = Policy("connectionPool: { tcp: { maxConnections: 1 }, http: { http1MaxPendingRequests: 1 } }"),
        ["DestinationRule trafficPolicy.connectionPool.http.http2MaxRequests"] = Policy("connectionPool: { http: { http2MaxRequests: 1 } }"),
        ["DestinationRule trafficPolicy.connectionPool.http.maxRequestsPerConnection"] = Policy("connectionPool: { http: { maxRequestsPerConnection: 1 } }"),
        ["DestinationRule trafficPolicy.connectionPool.http.maxRetries"] = Policy("connectionPool: { http: { maxRetries: 1 } }"),
        ["DestinationRule trafficPolicy.connectionPool.http.idleTimeout"] = Policy("connectionPool: { http: { idleTimeout: 1s } }"),
        ["DestinationRule trafficPolicy.connectionPool.http.maxConcurrentStreams"] = Policy("connectionPool: { tcp: { maxConnections: 1 }, http: { maxConcurrentStreams: 1 } }"),
        ["DestinationRule trafficPolicy.connectionPool.http.h2UpgradePolicy"] = Policy("connectionPool: { http: { h2UpgradePolicy: UPGRADE } }"),
        ["DestinationRule trafficPolicy.connectionPool.http.useClientProtocol"] = Policy("connectionPool: { http: { useClientProtocol: true } }"),
        ["DestinationRule trafficPolicy.connectionPool.http.http2KeepAlive"] = Policy("connectionPool: { http: { http2KeepAlive: { interval: 1s } } }"),
        ["DestinationRule trafficPolicy.outlierDetection.consecutive5xxErrors"] = Policy("outlierDetection: { consecutive5xxErrors: 3 }"),
        ["DestinationRule trafficPolicy.outlierDetection.consecutiveErrors"] = Policy("outlierDetection: { consecutiveErrors: 3 }"),
        ["DestinationRule trafficPolicy.outlierDetection.consecutiveGatewayErrors"] = Policy("outlierDetection: { consecutiveGatewayErrors: 3 }"),
        ["DestinationRule trafficPolicy.outlierDetection.interval"] = Policy("outlierDetection: { interval: 5s }"),
        ["DestinationRule trafficPolicy.outlierDetection.baseEjectionTime"] = Policy("outlierDetection: { baseEjectionTime: 5s }"),
        ["DestinationRule trafficPolicy.outlierDetection.maxEjectionPercent"] = Policy("outlierDetection: { maxEjectionPercent: 50 }"),
        ["DestinationRule trafficPolicy.outlierDetection.minHealthPercent"] = Policy("outlierDetection: { minHealthPercent: 50 }"),
        ["DestinationRule trafficPolicy.outlierDetection.splitExternalLocalOriginErrors"] = Policy("outlierDetection: { splitExternalLocalOriginErrors: true }"),
        ["DestinationRule trafficPolicy.outlierDetection.consecutiveLocalOriginFailures"] = Policy(
            "outlierDetection: { splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 3 }"),
        ["DestinationRule trafficPolicy.outlierDetection.outlierDetectionHttpErrorCodes[]"] = Policy("outlierDetection: { outlierDetectionHttpErrorCodes: [ 500 ] }"),
        ["DestinationRule trafficPolicy.tls.mode"] = Policy("tls: { mode: SIMPLE }"),
        ["DestinationRule trafficPolicy.tls.clientCertificate"] = Policy("tls: { mode: MUTUAL, clientCertificate: /a, privateKey: /b }"),
        ["DestinationRule trafficPolicy.tls.privateKey"] = Policy("tls: { mode: MUTUAL, clientCertificate: /a, privateKey: /b }"),
        ["DestinationRule trafficPolicy.tls.caCertificates"] = Policy("tls: { mode: SIMPLE, caCertificates: /a }"),
        ["DestinationRule trafficPolicy.tls.caCrl"] = Policy("tls: { mode: SIMPLE, caCrl: /a }"),
        ["DestinationRule trafficPolicy.tls.credentialName"] = Policy("tls: { mode: SIMPLE, credentialName: a }"),
        ["DestinationRule trafficPolicy.tls.subjectAltNames[]"] = Policy("tls: { mode: SIMPLE, subjectAltNames: [ a ] }"),
        ["DestinationRule trafficPolicy.tls.sni"] = Policy("tls: { mode: SIMPLE, sni: a }"),
        ["DestinationRule trafficPolicy.tls.insecureSkipVerify"] = Policy("tls: { mode: SIMPLE, insecureSkipVerify: true }"),
        ["DestinationRule trafficPolicy.portLevelSettings[].port.number"] = Policy("portLevelSettings: [ { port: { number: 80 }, loadBalancer: { simple: RANDOM } } ]"),
        ["DestinationRule trafficPolicy.portLevelSettings[].tls"] = Policy("portLevelSettings: [ { port: { number: 443 }, tls: { mode: SIMPLE } } ]"),
        ["DestinationRule trafficPolicy.portLevelSettings[].loadBalancer"] = Policy("portLevelSettings: [ { port: { number: 80 }, loadBalancer: { simple: RANDOM } } ]"),
        ["DestinationRule trafficPolicy.portLevelSettings[].connectionPool"] = Policy(
            "portLevelSettings: [ { port: { number: 80 }, connectionPool: { tcp: { connectTimeout: 1s } } } ]"),
        ["DestinationRule trafficPolicy.portLevelSettings[].outlierDetection"] = Policy("portLevelSettings: [ { port: { number: 80 }, outlierDetection: { interval: 5s } } ]"),
        ["DestinationRule trafficPolicy.tunnel"] = Policy("tunnel: { targetHost: a, targetPort: 80 }"),
        ["DestinationRule trafficPolicy.proxyProtocol"] = Policy("proxyProtocol: { version: V1 }"),
        ["DestinationRule trafficPolicy.retryBudget.percent"] = Policy("retryBudget: { percent: 20 }"),
        ["DestinationRule trafficPolicy.retryBudget.minRetryConcurrency"] = Policy("retryBudget: { minRetryConcurrency: 5 }"),
        ["DestinationRule trafficPolicy.retryBudget.budgetInterval"] = Policy("retryBudget: { budgetInterval: 10s }"),

        ["ServiceEntry hosts[]"] = ServiceEntry("hosts: [ a.example, \"*.b.example\" ]"),
        ["ServiceEntry addresses[]"] = ServiceEntry("hosts: [ a.example ], addresses: [ 240.0.0.1 ]"),
        ["ServiceEntry ports[].number"] = ServicePort("number: 80, name: http"),
        ["ServiceEntry ports[].name"] = ServicePort("number: 80, name: http"),
        ["ServiceEntry ports[].protocol"] = ServicePort("number: 80, name: http, protocol: HTTP2"),
        ["ServiceEntry ports[].targetPort"] = ServicePort("number: 80, name: http, targetPort: 8080"),
        ["ServiceEntry location"] = ServiceEntry("hosts: [ a.example ], location: MESH_INTERNAL"),
        ["ServiceEntry resolution"] = ServiceEntry("hosts: [ a.example ], resolution: DNS_ROUND_ROBIN"),
        ["ServiceEntry endpoints[].address"] = ServiceEndpoint("address: 10.0.0.1"),
        ["ServiceEntry endpoints[].ports"] = ServiceEndpoint("address: 10.0.0.1, ports: { http: 8080 }"),
        ["ServiceEntry endpoints[].labels"] = ServiceEndpoint("address: 10.0.0.1, labels: { version: v1 }"),
        ["ServiceEntry endpoints[].locality"] = ServiceEndpoint("address: 10.0.0.1, locality: eu/eu-1"),
        ["ServiceEntry endpoints[].weight"] = ServiceEndpoint("address: 10.0.0.1, weight: 2"),
        ["ServiceEntry endpoints[].network"] = ServiceEndpoint("address: 10.0.0.1, network: a"),
        ["ServiceEntry endpoints[].serviceAccount"] = ServiceEndpoint("address: 10.0.0.1, serviceAccount: a"),
        ["ServiceEntry workloadSelector.labels"] = ServiceEntry("hosts: [ a.example ], resolution: STATIC, workloadSelector: { labels: { app: a } }"),
        ["ServiceEntry exportTo[]"] = ServiceEntry("hosts: [ a.example ], exportTo: [ \".\" ]"),
        ["ServiceEntry subjectAltNames[]"] = ServiceEntry("hosts: [ a.example ], subjectAltNames: [ a ]"),

        ["WorkloadEntry address"] = WorkloadEntry("address: 10.0.0.1"),
        ["WorkloadEntry ports"] = WorkloadEntry("address: 10.0.0.1, ports: { http: 8080 }"),
        ["WorkloadEntry labels"] = WorkloadEntry("address: 10.0.0.1, labels: { app: a }"),
        ["WorkloadEntry locality"] = WorkloadEntry("address: 10.0.0.1, locality: eu"),
        ["WorkloadEntry weight"] = WorkloadEntry("address: 10.0.0.1, weight: 2"),
        ["WorkloadEntry network"] = WorkloadEntry("address: 10.0.0.1, network: a"),
        ["WorkloadEntry serviceAccount"] = WorkloadEntry("address: 10.0.0.1, serviceAccount: a"),

        ["Sidecar workloadSelector.labels"] = Sidecar("workloadSelector: { labels: { app: a } }"),
        ["Sidecar egress[].hosts[]"] = Egress("hosts: [ \"./*\", \"~prod/*\" ]"),
        ["Sidecar egress[].port"] = Egress("hosts: [ \"./*\" ], port: { number: 80, protocol: HTTP }"),
        ["Sidecar egress[].bind"] = Egress("hosts: [ \"./*\" ], bind: 127.0.0.1"),
        ["Sidecar egress[].captureMode"] = Egress("hosts: [ \"./*\" ], captureMode: NONE"),
        ["Sidecar outboundTrafficPolicy.mode"] = Sidecar("outboundTrafficPolicy: { mode: REGISTRY_ONLY }"),
        ["Sidecar outboundTrafficPolicy.egressProxy"] = Sidecar("outboundTrafficPolicy: { mode: ALLOW_ANY, egressProxy: { host: a } }"),
        ["Sidecar ingress[]"] = Sidecar("ingress: []"),
        ["Sidecar inboundConnectionPool"] = Sidecar("inboundConnectionPool: {}"),

        ["Other kinds WorkloadGroup"] = Resource("networking.istio.io/v1", "WorkloadGroup", "template: {}"),
        ["Other kinds ProxyConfig"] = Resource("networking.istio.io/v1beta1", "ProxyConfig", "concurrency: 1"),
        ["Other kinds EnvoyFilter"] = Resource("networking.istio.io/v1alpha3", "EnvoyFilter", "configPatches: []"),
        ["Other kinds WasmPlugin"] = Resource("extensions.istio.io/v1alpha1", "WasmPlugin", "url: \"oci://a\""),
        ["Other kinds Telemetry"] = Resource("telemetry.istio.io/v1", "Telemetry", "tracing: []"),
        ["Other kinds Gateway"] = Resource("networking.istio.io/v1", "Gateway", "servers: []"),
        ["HTTPRoute parentRefs[].group"] = HttpRouteAt("group: \"\", kind: Service, name: a"),
        ["HTTPRoute parentRefs[].kind"] = HttpRouteAt("group: \"\", kind: Service, name: a"),
        ["HTTPRoute parentRefs[].name"] = HttpRouteAt("group: \"\", kind: Service, name: a"),
        ["HTTPRoute parentRefs[].namespace"] = HttpRouteAt("group: \"\", kind: Service, name: a, namespace: b"),
        ["HTTPRoute parentRefs[].sectionName"] = HttpRouteAt("group: \"\", kind: Service, name: a, sectionName: http"),
        ["HTTPRoute parentRefs[].port"] = HttpRouteAt("group: \"\", kind: Service, name: a, port: 80"),
        ["HTTPRoute hostnames[]"] = HttpRoute($"hostnames: [ a.example ], {Parents}, rules: [ {{ {Backends} }} ]"),
        ["HTTPRoute useDefaultGateways"] = HttpRoute($"useDefaultGateways: All, {Parents}, rules: [ {{ {Backends} }} ]"),
        ["HTTPRoute rules[].name"] = HttpRule("name: a"),
        ["HTTPRoute rules[].matches[].path"] = HttpRule("matches: [ { path: { type: Exact, value: /a } } ]"),
        ["HTTPRoute rules[].matches[].headers[]"] = HttpRule("matches: [ { headers: [ { name: a, value: b } ] } ]"),
        ["HTTPRoute rules[].matches[].queryParams[]"] = HttpRule("matches: [ { queryParams: [ { type: RegularExpression, name: a, value: b.* } ] } ]"),
        ["HTTPRoute rules[].matches[].method"] = HttpRule("matches: [ { method: GET } ]"),
        ["HTTPRoute rules[].filters[].requestHeaderModifier"] = HttpFilter("type: RequestHeaderModifier, requestHeaderModifier: { set: [ { name: a, value: b } ], add: [ { name: c, value: d } ], remove: [ e ] }"),
        ["HTTPRoute rules[].filters[].responseHeaderModifier"] = HttpFilter("type: ResponseHeaderModifier, responseHeaderModifier: { set: [ { name: a, value: b } ] }"),
        ["HTTPRoute rules[].filters[].requestMirror"] = HttpFilter("type: RequestMirror, requestMirror: { backendRef: { name: b, port: 80 }, fraction: { numerator: 1, denominator: 3 } }"),
        ["HTTPRoute rules[].filters[].requestRedirect"] = HttpRoute($"{Parents}, rules: [ {{ filters: [ {{ type: RequestRedirect, requestRedirect: {{ scheme: https, hostname: b, port: 81, statusCode: 301, path: {{ type: ReplaceFullPath, replaceFullPath: /a }} }} }} ] }} ]"),
        ["HTTPRoute rules[].filters[].urlRewrite"] = HttpFilter("type: URLRewrite, urlRewrite: { hostname: b, path: { type: ReplacePrefixMatch, replacePrefixMatch: /a } }"),
        ["HTTPRoute rules[].filters[].cors"] = HttpFilter("type: CORS, cors: { allowMethods: [ GET ] }"),
        ["HTTPRoute rules[].filters[].externalAuth"] = HttpFilter("type: ExternalAuth, externalAuth: {}"),
        ["HTTPRoute rules[].filters[].extensionRef"] = HttpFilter("type: ExtensionRef, extensionRef: { group: a.example, kind: A, name: b }"),
        ["HTTPRoute rules[].backendRefs[].group"] = HttpBackend("group: \"\", name: a, port: 80"),
        ["HTTPRoute rules[].backendRefs[].kind"] = HttpBackend("group: networking.istio.io, kind: Hostname, name: a.example"),
        ["HTTPRoute rules[].backendRefs[].name"] = HttpBackend("name: a, port: 80"),
        ["HTTPRoute rules[].backendRefs[].namespace"] = HttpBackend("name: a, namespace: b, port: 80"),
        ["HTTPRoute rules[].backendRefs[].port"] = HttpBackend("name: a, port: 80"),
        ["HTTPRoute rules[].backendRefs[].weight"] = HttpBackend("name: a, port: 80, weight: 90"),
        ["HTTPRoute rules[].backendRefs[].filters[]"] = HttpBackend("name: a, port: 80, filters: [ { type: RequestHeaderModifier, requestHeaderModifier: { remove: [ a ] } } ]"),
        ["HTTPRoute rules[].timeouts.request"] = HttpRule("timeouts: { request: 10s }"),
        ["HTTPRoute rules[].timeouts.backendRequest"] = HttpRule("timeouts: { backendRequest: 500ms }"),
        ["HTTPRoute rules[].retry.codes[]"] = HttpRule("retry: { codes: [ 503 ] }"),
        ["HTTPRoute rules[].retry.attempts"] = HttpRule("retry: { attempts: 3 }"),
        ["HTTPRoute rules[].retry.backoff"] = HttpRule("retry: { backoff: 100ms }"),
        ["HTTPRoute rules[].sessionPersistence"] = HttpRule("sessionPersistence: { type: Cookie, cookie: { name: a } }"),
        ["GRPCRoute parentRefs[]"] = GrpcRule("name: a"),
        ["GRPCRoute hostnames[]"] = GrpcRoute($"hostnames: [ a.example ], {Parents}, rules: [ {{ {Backends} }} ]"),
        ["GRPCRoute useDefaultGateways"] = GrpcRoute($"useDefaultGateways: All, {Parents}, rules: [ {{ {Backends} }} ]"),
        ["GRPCRoute rules[].name"] = GrpcRule("name: a"),
        ["GRPCRoute rules[].matches[].method"] = GrpcRule("matches: [ { method: { service: a.B, method: C } } ]"),
        ["GRPCRoute rules[].matches[].headers[]"] = GrpcRule("matches: [ { headers: [ { name: a, value: b } ] } ]"),
        ["GRPCRoute rules[].filters[].requestHeaderModifier"] = GrpcRule("filters: [ { type: RequestHeaderModifier, requestHeaderModifier: { remove: [ a ] } } ]"),
        ["GRPCRoute rules[].filters[].responseHeaderModifier"] = GrpcRule("filters: [ { type: ResponseHeaderModifier, responseHeaderModifier: { remove: [ a ] } } ]"),
        ["GRPCRoute rules[].filters[].requestMirror"] = GrpcRule("filters: [ { type: RequestMirror, requestMirror: { backendRef: { name: b, port: 80 }, percent: 5 } } ]"),
        ["GRPCRoute rules[].filters[].extensionRef"] = GrpcRule("filters: [ { type: ExtensionRef, extensionRef: { group: a.example, kind: A, name: b } } ]"),
        ["GRPCRoute rules[].backendRefs[]"] = GrpcRule("name: a"),
        ["GRPCRoute rules[].sessionPersistence"] = GrpcRule("sessionPersistence: { type: Header, header: { name: a } }"),
        ["Other kinds ReferenceGrant"] = Resource("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", "from: []"),
        ["Other kinds PeerAuthentication"] = Resource("security.istio.io/v1", "PeerAuthentication", "mtls: { mode: STRICT }"),
        ["Other kinds RequestAuthentication"] = Resource("security.istio.io/v1", "RequestAuthentication", "jwtRules: []"),
        ["Other kinds AuthorizationPolicy"] = Resource("security.istio.io/v1", "AuthorizationPolicy", "rules: [ {} ]"),
    };

    /// <summary>A rule with a field that does not exist, for each mapping whose fields the page lists; the finding names those that do.</summary>
    public static IReadOnlyDictionary<string, string> Mappings { get; } = new Dictionary<string, string>
    {
        ["VirtualService "] = VirtualService($"nosuch: 1, hosts: [ a ], http: [ {{ {Route} }} ]"),
        ["VirtualService http[]."] = Http("nosuch: 1"),
        ["VirtualService http[].match[]."] = Match("nosuch: 1"),
        ["VirtualService http[].match[].uri."] = Match("uri: { nosuch: 1 }"),
        ["VirtualService http[].route[]."] = Routes("{ destination: { host: a }, nosuch: 1 }"),
        ["VirtualService http[].route[].destination."] = Routes("{ destination: { host: a, nosuch: 1 } }"),
        ["VirtualService http[].route[].destination.port."] = Routes("{ destination: { host: a, port: { number: 1, nosuch: 1 } } }"),
        ["VirtualService http[].delegate."] = Answer("delegate: { name: a, nosuch: 1 }"),
        ["VirtualService http[].redirect."] = Answer("redirect: { nosuch: 1 }"),
        ["VirtualService http[].directResponse."] = Answer("directResponse: { status: 404, nosuch: 1 }"),
        ["VirtualService http[].rewrite."] = Http("rewrite: { uri: /a, nosuch: 1 }"),
        ["VirtualService http[].headers."] = Http("headers: { nosuch: 1 }"),
        ["VirtualService http[].mirrors[]."] = Http("mirrors: [ { destination: { host: b }, nosuch: 1 } ]"),
        ["VirtualService http[].retries."] = Http("retries: { attempts: 1, nosuch: 1 }"),
        ["VirtualService http[].fault."] = Http("fault: { nosuch: 1 }"),
        ["VirtualService http[].fault.delay."] = Http("fault: { delay: { fixedDelay: 1s, percent: 1, nosuch: 1 } }"),
        ["VirtualService http[].fault.abort."] = Http("fault: { abort: { httpStatus: 500, percent: 1, nosuch: 1 } }"),
        ["VirtualService http[].fault.abort.percentage."] = Http("fault: { abort: { httpStatus: 500, percentage: { value: 1, nosuch: 1 } } }"),
        ["DestinationRule "] = DestinationRule("host: a, nosuch: 1"),
        ["DestinationRule subsets[]."] = DestinationRule("host: a, subsets: [ { name: v1, labels: { a: b }, nosuch: 1 } ]"),
        ["DestinationRule trafficPolicy."] = Policy("nosuch: 1"),
        ["DestinationRule trafficPolicy.loadBalancer."] = Policy("loadBalancer: { nosuch: 1 }"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash."] = Hash("useSourceIp: true, nosuch: 1"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.ringHash."] = Hash("useSourceIp: true, ringHash: { nosuch: 1 }"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.maglev."] = Hash("useSourceIp: true, maglev: { nosuch: 1 }"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.httpCookie."] = Hash("httpCookie: { name: a, nosuch: 1 }"),
        ["DestinationRule trafficPolicy.loadBalancer.consistentHash.httpCookie.attributes[]."] = Hash("httpCookie: { name: a, attributes: [ { name: b, nosuch: 1 } ] }"),
        ["DestinationRule trafficPolicy.loadBalancer.localityLbSetting."] = Policy("loadBalancer: { localityLbSetting: { nosuch: 1 } }"),
        ["DestinationRule trafficPolicy.loadBalancer.zoneAwareLbSetting."] = Policy("loadBalancer: { zoneAwareLbSetting: { nosuch: 1 } }"),
        ["DestinationRule trafficPolicy.loadBalancer.warmup."] = Policy("loadBalancer: { warmup: { duration: 5s, nosuch: 1 } }"),
        ["DestinationRule trafficPolicy.connectionPool."] = Policy("connectionPool: { nosuch: 1 }"),
        ["DestinationRule trafficPolicy.connectionPool.tcp."] = Policy("connectionPool: { tcp: { nosuch: 1 } }"),
        ["DestinationRule trafficPolicy.connectionPool.http."] = Policy("connectionPool: { http: { nosuch: 1 } }"),
        ["DestinationRule trafficPolicy.outlierDetection."] = Policy("outlierDetection: { nosuch: 1 }"),
        ["DestinationRule trafficPolicy.tls."] = Policy("tls: { nosuch: 1 }"),
        ["DestinationRule trafficPolicy.portLevelSettings[]."] = Policy("portLevelSettings: [ { port: { number: 80 }, nosuch: 1 } ]"),
        ["DestinationRule trafficPolicy.portLevelSettings[].port."] = Policy("portLevelSettings: [ { port: { number: 80, nosuch: 1 } } ]"),
        ["DestinationRule workloadSelector."] = DestinationRule("host: a, workloadSelector: { matchLabels: { app: a }, nosuch: 1 }"),
        ["ServiceEntry "] = ServiceEntry("hosts: [ a ], nosuch: 1"),
        ["ServiceEntry ports[]."] = ServicePort("number: 80, nosuch: 1"),
        ["ServiceEntry endpoints[]."] = ServiceEndpoint("address: 10.0.0.1, nosuch: 1"),
        ["ServiceEntry workloadSelector."] = ServiceEntry("hosts: [ a ], resolution: STATIC, workloadSelector: { labels: { app: a }, nosuch: 1 }"),
        ["WorkloadEntry "] = WorkloadEntry("address: 10.0.0.1, nosuch: 1"),
        ["Sidecar "] = Sidecar("nosuch: 1"),
        ["Sidecar workloadSelector."] = Sidecar("workloadSelector: { labels: { app: a }, nosuch: 1 }"),
        ["Sidecar egress[]."] = Egress("hosts: [ \"./*\" ], nosuch: 1"),
        ["HTTPRoute "] = HttpRoute($"nosuch: 1, {Parents}, rules: [ {{ {Backends} }} ]"),
        ["HTTPRoute parentRefs[]."] = HttpRouteAt("group: \"\", kind: Service, name: a, nosuch: 1"),
        ["HTTPRoute rules[]."] = HttpRule("nosuch: 1"),
        ["HTTPRoute rules[].matches[]."] = HttpRule("matches: [ { nosuch: 1 } ]"),
        ["HTTPRoute rules[].backendRefs[]."] = HttpBackend("name: a, port: 80, nosuch: 1"),
        ["HTTPRoute rules[].timeouts."] = HttpRule("timeouts: { nosuch: 1 }"),
        ["HTTPRoute rules[].retry."] = HttpRule("retry: { nosuch: 1 }"),
        ["GRPCRoute "] = GrpcRoute($"nosuch: 1, {Parents}, rules: [ {{ {Backends} }} ]"),
        ["GRPCRoute rules[]."] = GrpcRule("nosuch: 1"),
        ["GRPCRoute rules[].matches[]."] = GrpcRule("matches: [ { nosuch: 1 } ]"),
        ["Sidecar outboundTrafficPolicy."] = Sidecar("outboundTrafficPolicy: { mode: ALLOW_ANY, nosuch: 1 }"),
    };

    private static string HttpRoute(string spec) => Resource("gateway.networking.k8s.io/v1", "HTTPRoute", spec);

    private static string HttpRouteAt(string parent) => HttpRoute($"parentRefs: [ {{ {parent} }} ], rules: [ {{ {Backends} }} ]");

    private static string HttpRule(string fields) => HttpRoute($"{Parents}, rules: [ {{ {fields}, {Backends} }} ]");

    private static string HttpFilter(string fields) => HttpRule($"filters: [ {{ {fields} }} ]");

    private static string HttpBackend(string fields) => HttpRoute($"{Parents}, rules: [ {{ backendRefs: [ {{ {fields} }} ] }} ]");

    private static string GrpcRoute(string spec) => Resource("gateway.networking.k8s.io/v1", "GRPCRoute", spec);

    private static string GrpcRule(string fields) => GrpcRoute($"{Parents}, rules: [ {{ {fields}, {Backends} }} ]");

    private static string Hash(string fields) => Policy($"loadBalancer: {{ consistentHash: {{ {fields} }} }}");

    private static string ServiceEntry(string spec) => Resource("networking.istio.io/v1", "ServiceEntry", spec);

    private static string ServicePort(string fields) => ServiceEntry($"hosts: [ a.example ], resolution: DNS, ports: [ {{ {fields} }} ]");

    private static string ServiceEndpoint(string fields)
        => ServiceEntry($"hosts: [ a.example ], resolution: STATIC, ports: [ {{ number: 80, name: http }} ], endpoints: [ {{ {fields} }} ]");

    private static string WorkloadEntry(string spec) => Resource("networking.istio.io/v1", "WorkloadEntry", spec);

    private static string Sidecar(string spec) => Resource("networking.istio.io/v1", "Sidecar", spec);

    private static string Egress(string fields) => Sidecar($"egress: [ {{ {fields} }} ]");

    private static string Resource(string version, string kind, string spec)
        => $"apiVersion: {version}\nkind: {kind}\nmetadata: {{ name: a }}\nspec: {{ {spec} }}\n";

    private static string VirtualService(string spec) => Resource("networking.istio.io/v1", "VirtualService", spec);

    private static string Http(string fields) => VirtualService($"hosts: [ a ], http: [ {{ {fields}, {Route} }} ]");

    private static string Answer(string action) => VirtualService($"hosts: [ a ], http: [ {{ {action} }} ]");

    private static string Match(string fields) => Http($"match: [ {{ {fields} }} ]");

    private static string Routes(string destinations) => VirtualService($"hosts: [ a ], http: [ {{ route: [ {destinations} ] }} ]");

    private static string DestinationRule(string spec) => Resource("networking.istio.io/v1", "DestinationRule", spec);

    private static string Policy(string fields) => DestinationRule($"host: a, trafficPolicy: {{ {fields} }}");
}
