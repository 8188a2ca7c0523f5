namespace Mesh.Client.Configuration;

/// <summary>Every code a finding about rules can carry. A code never changes its meaning and is never used again for another.</summary>
internal static class FindingCodes
{
    // 00: reading text

    /// <summary>The text is not JSON or YAML from this line on.</summary>
    public const string NotReadable = "MESH0001";

    /// <summary>The text is larger than one document may be.</summary>
    public const string TooLarge = "MESH0002";

    /// <summary>Values are nested deeper than one document may nest them.</summary>
    public const string TooDeep = "MESH0003";

    /// <summary>A mapping names the same key twice.</summary>
    public const string DuplicateKey = "MESH0004";

    /// <summary>A YAML alias names no anchor, or an anchor that contains the alias.</summary>
    public const string BadAlias = "MESH0005";

    /// <summary>YAML merge keys are refused.</summary>
    public const string MergeKey = "MESH0006";

    /// <summary>A YAML tag other than those of the core schema.</summary>
    public const string UnknownTag = "MESH0007";

    /// <summary>The document holds more values than one document may hold, aliases counted as often as they are used.</summary>
    public const string TooManyValues = "MESH0008";

    /// <summary>More findings than are shown for one document.</summary>
    public const string TooManyFindings = "MESH0009";

    // 01: binding values

    /// <summary>A value of the wrong type.</summary>
    public const string WrongType = "MESH0101";

    /// <summary>Null where a value is needed, or read as not written.</summary>
    public const string NullValue = "MESH0102";

    /// <summary>A field that the schema does not have.</summary>
    public const string UnknownField = "MESH0103";

    /// <summary>A field without which the object means nothing is missing or empty.</summary>
    public const string MissingField = "MESH0104";

    /// <summary>A number outside of what is allowed.</summary>
    public const string OutOfRange = "MESH0105";

    /// <summary>A text that is no duration, or one that is out of bounds.</summary>
    public const string BadDuration = "MESH0106";

    /// <summary>A percentage outside 0 to 100, or written in both spellings.</summary>
    public const string BadPercentage = "MESH0107";

    /// <summary>A value that is none of the allowed ones.</summary>
    public const string UnknownValue = "MESH0108";

    /// <summary>A label that is not text, or not written as Kubernetes allows.</summary>
    public const string BadLabel = "MESH0109";

    /// <summary>A field that still works and has a newer name.</summary>
    public const string Deprecated = "MESH0110";

    /// <summary>A resource kind or API version that does not exist.</summary>
    public const string UnknownKind = "MESH0111";

    /// <summary>A resource that is no rule of the mesh and is passed over.</summary>
    public const string NotMeshResource = "MESH0112";

    /// <summary>A resource name or namespace that Kubernetes would refuse.</summary>
    public const string BadName = "MESH0113";

    /// <summary>Fields that exclude each other.</summary>
    public const string Conflict = "MESH0114";

    /// <summary>A time stamp that cannot be read.</summary>
    public const string BadTimestamp = "MESH0115";

    /// <summary>An annotation that suppresses a code that does not exist.</summary>
    public const string BadSuppression = "MESH0116";

    // 02: VirtualService

    /// <summary>A host that cannot be a host name.</summary>
    public const string BadHost = "MESH0201";

    /// <summary>A host that another of the same rule covers already.</summary>
    public const string DuplicateHost = "MESH0202";

    /// <summary>A rule with no action, or with more than one.</summary>
    public const string BadAction = "MESH0203";

    /// <summary>Weights that cannot be shared out.</summary>
    public const string BadWeights = "MESH0204";

    /// <summary>A condition with no form, with several, or empty.</summary>
    public const string BadStringMatch = "MESH0205";

    /// <summary>A pattern that is not RE2 or cannot be read the same way here.</summary>
    public const string BadRegex = "MESH0206";

    /// <summary>A fault without delay or abort, or one that can never fire.</summary>
    public const string BadFault = "MESH0207";

    /// <summary>Retries that contradict themselves.</summary>
    public const string BadRetries = "MESH0208";

    /// <summary>A rule that no call can reach.</summary>
    public const string Unreachable = "MESH0209";

    /// <summary>A rule bound only to gateways, which does not apply to clients.</summary>
    public const string GatewayOnly = "MESH0210";

    /// <summary>A condition that Istio ignores where it stands.</summary>
    public const string IgnoredCondition = "MESH0211";

    /// <summary>A weight that changes nothing.</summary>
    public const string WeightWithoutEffect = "MESH0212";

    /// <summary>A header name that cannot be one.</summary>
    public const string BadHeaderName = "MESH0213";

    /// <summary>A query parameter name that cannot be one.</summary>
    public const string BadQueryParameter = "MESH0214";

    /// <summary>A change of headers that cannot be made.</summary>
    public const string BadHeaderEdit = "MESH0215";

    /// <summary>A redirect that leads nowhere.</summary>
    public const string BadRedirect = "MESH0216";

    /// <summary>A direct response that cannot be sent.</summary>
    public const string BadDirectResponse = "MESH0217";

    /// <summary>A rewrite of path or authority that cannot be done.</summary>
    public const string BadRewrite = "MESH0218";

    /// <summary>A mirror that is never used.</summary>
    public const string BadMirror = "MESH0219";

    /// <summary>Two destinations of one rule with the same host, subset and port.</summary>
    public const string DuplicateDestination = "MESH0220";

    /// <summary>A match that an earlier one covers.</summary>
    public const string IneffectiveMatch = "MESH0221";

    /// <summary>A gateway written as a DNS name instead of as namespace/name.</summary>
    public const string GatewayNameForm = "MESH0222";

    /// <summary>A rule that x-mesh names and the VirtualService does not have.</summary>
    public const string UnknownRouteName = "MESH0223";

    /// <summary>A time limit that has no effect, by another one or by what the rule does.</summary>
    public const string IdleTimeLimit = "MESH0224";

    // 03: DestinationRule

    /// <summary>A subset name that cannot be one.</summary>
    public const string BadSubsetName = "MESH0301";

    /// <summary>Two subsets of one rule with the same name.</summary>
    public const string DuplicateSubset = "MESH0302";

    /// <summary>A policy block with nothing in it.</summary>
    public const string EmptyPolicy = "MESH0303";

    /// <summary>A subset that selects by no label.</summary>
    public const string SubsetWithoutLabels = "MESH0304";

    /// <summary>TLS settings that cannot be used, or that check nothing.</summary>
    public const string BadTls = "MESH0305";

    /// <summary>Consistent hashing that cannot be done, or by which no call has a hash.</summary>
    public const string BadConsistentHash = "MESH0306";

    /// <summary>A locality setting that contradicts itself or has no effect.</summary>
    public const string BadLocalitySetting = "MESH0307";

    /// <summary>A warm-up that cannot be done, or that has no effect.</summary>
    public const string BadWarmup = "MESH0308";

    /// <summary>Zones are balanced as if clients were spread evenly over them.</summary>
    public const string ZonesAssumed = "MESH0309";

    /// <summary>A health check that cannot be made.</summary>
    public const string BadHealthCheck = "MESH0310";

    /// <summary>A limit that needs another one beside it.</summary>
    public const string LimitWithoutEffect = "MESH0320";

    // 04: services, endpoints, settings

    /// <summary>An endpoint address that is none of the four forms.</summary>
    public const string BadAddress = "MESH0401";

    /// <summary>The same endpoint twice in one service.</summary>
    public const string DuplicateEndpoint = "MESH0402";

    /// <summary>The same port number or name twice in one service or policy.</summary>
    public const string DuplicatePort = "MESH0403";

    /// <summary>A discovery that does not fit the endpoints that are given.</summary>
    public const string DiscoveryMismatch = "MESH0404";

    /// <summary>A locality that is not region/zone/subzone.</summary>
    public const string BadLocality = "MESH0405";

    /// <summary>A port of an endpoint that the ServiceEntry does not declare.</summary>
    public const string UnknownPortName = "MESH0406";

    /// <summary>A port declared for something else than HTTP.</summary>
    public const string ConnectionPort = "MESH0407";

    /// <summary>An exportTo that contradicts itself or names no namespace.</summary>
    public const string BadExportTo = "MESH0408";

    /// <summary>A selector that names no labels.</summary>
    public const string SelectorWithoutLabels = "MESH0409";

    /// <summary>An egress host that is not written as namespace/host.</summary>
    public const string BadEgressHost = "MESH0410";

    /// <summary>An outboundTrafficPolicy without a mode.</summary>
    public const string AmbiguousOutboundMode = "MESH0411";

    /// <summary>A name of a port that is no DNS label.</summary>
    public const string BadPortName = "MESH0412";

    // 05: legal, and not built in this version

    /// <summary>A field that is legal and not built yet.</summary>
    public const string UnbuiltField = "MESH0501";

    /// <summary>A condition that is legal and not built yet; its match never holds.</summary>
    public const string UnbuiltCondition = "MESH0502";

    /// <summary>A resource that is legal and not built yet.</summary>
    public const string UnbuiltResource = "MESH0504";

    /// <summary>A Gateway: accepted, and of no effect on a client.</summary>
    public const string GatewayAccepted = "MESH0505";

    // 06: security that cannot be honoured

    /// <summary>A security setting that is not built yet: never plaintext, never unchecked.</summary>
    public const string UnbuiltSecurity = "MESH0601";

    // 07: across documents

    /// <summary>The same object in two places; the later one is used.</summary>
    public const string ReplacedResource = "MESH0701";

    /// <summary>The same setting in two documents; the later one is used.</summary>
    public const string ReplacedSetting = "MESH0702";

    /// <summary>A destination names a subset that no DestinationRule defines.</summary>
    public const string DanglingSubset = "MESH0703";

    /// <summary>A destination host that is not known and will not be looked up.</summary>
    public const string DanglingHost = "MESH0704";

    /// <summary>A gateway that no document defines.</summary>
    public const string DanglingGateway = "MESH0705";

    /// <summary>Two VirtualServices for one host; the oldest is used alone.</summary>
    public const string SharedHost = "MESH0706";

    /// <summary>A rule delegates to a VirtualService that no document defines, that has hosts, or that is not exported to it; the rule is left out.</summary>
    public const string DanglingDelegate = "MESH0707";

    /// <summary>A rule of a delegate that no call could reach through the rule that delegates; it is left out.</summary>
    public const string DelegateConflict = "MESH0708";

    /// <summary>A delegate that no rule names.</summary>
    public const string UnusedDelegate = "MESH0709";

    /// <summary>A host that Mesh:Services and a ServiceEntry declare, or two ServiceEntries, and what of one of them is not used.</summary>
    public const string SharedServiceHost = "MESH0710";

    /// <summary>A selector that selects no workload.</summary>
    public const string IdleSelector = "MESH0711";

    /// <summary>Two Sidecars for one workload; the oldest is used.</summary>
    public const string SharedSidecar = "MESH0712";

    /// <summary>An egress host of the Sidecar that nothing declares.</summary>
    public const string UnknownEgressHost = "MESH0713";

    /// <summary>A Sidecar of the root namespace with a selector, which other namespaces do not use.</summary>
    public const string SelectorInRootNamespace = "MESH0714";

    /// <summary>Two DestinationRules of one namespace that say the same thing of one host; the oldest is used.</summary>
    public const string SharedDestinationRule = "MESH0715";

    /// <summary>A DestinationRule for a host that is not known and will not be looked up.</summary>
    public const string UnknownRuleHost = "MESH0716";

    /// <summary>A subset whose labels no endpoint of the host carries.</summary>
    public const string SubsetWithoutEndpoints = "MESH0717";

    /// <summary>A destination port that its service does not declare.</summary>
    public const string UndeclaredPort = "MESH0718";

    /// <summary>One host and port with different protocols in two ServiceEntries.</summary>
    public const string ConflictingProtocol = "MESH0719";

    /// <summary>Two DestinationRules of one namespace for one host that are not combined, by exportTo or workloadSelector; one of them is used.</summary>
    public const string SeparateDestinationRules = "MESH0720";

    /// <summary>A rule goes by where this client stands, which is not known.</summary>
    public const string UnknownClientLocality = "MESH0721";

    /// <summary>An outlier detection that can eject nobody, since the host has too few endpoints for its percentage.</summary>
    public const string IdleOutlierDetection = "MESH0730";

    /// <summary>Endpoints have both a circuit breaker and outlier detection; each holds by its own count.</summary>
    public const string BreakerBesideOutlierDetection = "MESH0732";

    // 08: conversion

    /// <summary>A part of the document that has no place in the other format; it is left out.</summary>
    public const string NotConverted = "MESH0801";

    /// <summary>Two parts of the documents that would have one key in the other format.</summary>
    public const string ConvertedTwice = "MESH0802";

    /// <summary>A value that the other format cannot write.</summary>
    public const string NotWritable = "MESH0803";

    // 10: routes of the Gateway API

    /// <summary>A parent of a route that is no Service, or no parent at all: there the route holds for no call between services.</summary>
    public const string NotForServices = "MESH1001";

    /// <summary>Host names of a route, which mean nothing between services.</summary>
    public const string IgnoredHostnames = "MESH1002";

    /// <summary>A filter that is not supported; the calls that it is for are answered, never sent without it.</summary>
    public const string UnsupportedFilter = "MESH1003";

    /// <summary>A filter without its settings, with those of another, written twice, or beside what it excludes.</summary>
    public const string BadFilter = "MESH1004";

    /// <summary>A rule without a backend that gets calls, or a backend that cannot be called; the mesh answers in its place.</summary>
    public const string NoBackend = "MESH1005";

    /// <summary>A second entry for one header or query parameter; the first counts.</summary>
    public const string RepeatedCondition = "MESH1006";

    /// <summary>A condition of a route that cannot be one.</summary>
    public const string BadRouteMatch = "MESH1007";

    /// <summary>An HTTPRoute at a port of a Service that has a GRPCRoute; it is not used there.</summary>
    public const string RouteBesideGrpcRoute = "MESH1008";

    /// <summary>A route and a VirtualService for one host; where both apply one of them is used alone.</summary>
    public const string RouteBesideVirtualService = "MESH1009";

    /// <summary>A route for a Service of another namespace, which holds for the clients of its own namespace alone; or one that gives way to such a route.</summary>
    public const string RouteOfOtherNamespace = "MESH1010";

    /// <summary>A parent port that the Service does not declare; the route is not attached to it.</summary>
    public const string DanglingParent = "MESH1011";
}
