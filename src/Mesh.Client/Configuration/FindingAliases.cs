using System.Collections.Frozen;

namespace Mesh.Client.Configuration;

/// <summary>
/// Every code, and what <c>istioctl analyze</c> (IST) and Kiali (KIA) call the same. Findings share the lists, so that equal findings
/// stay equal.
/// </summary>
internal static class FindingAliases
{
    /// <summary>Istio's one code for everything its schema refuses.</summary>
    public const string SchemaError = "IST0106";

    /// <summary>The same for what its schema only warns of.</summary>
    public const string SchemaWarning = "IST0133";

    /// <summary>What istioctl and Kiali find besides; what suppresses it there is no mistake here.</summary>
    private static readonly FrozenSet<string> Others = new[]
    {
        "IST0107", "IST0108", "IST0112", "IST0116", "IST0118", "IST0125", "IST0127", "IST0128", "IST0129", "IST0132", "IST0135", "IST0136", "IST0137", "IST0140", "IST0149",
        "IST0150", "IST0165", "IST0167", "IST0175",
        "KIA0005", "KIA0101", "KIA0102", "KIA0103", "KIA0104", "KIA0105", "KIA0106", "KIA0107", "KIA0108", "KIA0109", "KIA0110", "KIA0204", "KIA0205", "KIA0206", "KIA0207", "KIA0208",
        "KIA0301", "KIA0302", "KIA0401", "KIA0501", "KIA0505", "KIA0506", "KIA0601", "KIA0602", "KIA0701", "KIA1103", "KIA1109", "KIA1110", "KIA1111", "KIA1112", "KIA1113", "KIA1114",
        "KIA1115", "KIA1116", "KIA1117", "KIA1301", "KIA1311", "KIA1312", "KIA1313", "KIA1314", "KIA1315", "KIA1316", "KIA1317", "KIA1401", "KIA1402", "KIA1501", "KIA1502", "KIA1503",
        "KIA1504", "KIA1601", "KIA1701", "KIA1702",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Schema = [SchemaError, SchemaWarning];

    private static readonly FrozenDictionary<string, string[]> Table = new Dictionary<string, string[]>
    {
        [FindingCodes.NotReadable] = [],
        [FindingCodes.TooLarge] = [],
        [FindingCodes.TooDeep] = [],
        [FindingCodes.DuplicateKey] = [],
        [FindingCodes.BadAlias] = [],
        [FindingCodes.MergeKey] = [],
        [FindingCodes.UnknownTag] = [],
        [FindingCodes.TooManyValues] = [],
        [FindingCodes.TooManyFindings] = [],
        [FindingCodes.WrongType] = Schema,
        [FindingCodes.NullValue] = [],
        [FindingCodes.UnknownField] = Schema,
        [FindingCodes.MissingField] = Schema,
        [FindingCodes.OutOfRange] = Schema,
        [FindingCodes.BadDuration] = Schema,
        [FindingCodes.BadPercentage] = Schema,
        [FindingCodes.UnknownValue] = Schema,
        [FindingCodes.BadLabel] = Schema,
        [FindingCodes.Deprecated] = ["IST0002"],
        [FindingCodes.UnknownKind] = [],
        [FindingCodes.NotMeshResource] = [],
        [FindingCodes.BadName] = Schema,
        [FindingCodes.Conflict] = Schema,
        [FindingCodes.BadTimestamp] = [],
        [FindingCodes.BadSuppression] = [],
        [FindingCodes.BadHost] = Schema,
        [FindingCodes.DuplicateHost] = Schema,
        [FindingCodes.BadAction] = Schema,
        [FindingCodes.BadWeights] = Schema,
        [FindingCodes.BadStringMatch] = Schema,
        [FindingCodes.BadRegex] = Schema,
        [FindingCodes.BadFault] = Schema,
        [FindingCodes.BadRetries] = Schema,
        [FindingCodes.Unreachable] = ["IST0130"],
        [FindingCodes.GatewayOnly] = [],
        [FindingCodes.IgnoredCondition] = [],
        [FindingCodes.WeightWithoutEffect] = ["KIA1104"],
        [FindingCodes.BadHeaderName] = Schema,
        [FindingCodes.BadQueryParameter] = [],
        [FindingCodes.BadHeaderEdit] = Schema,
        [FindingCodes.BadRedirect] = Schema,
        [FindingCodes.BadDirectResponse] = Schema,
        [FindingCodes.BadRewrite] = Schema,
        [FindingCodes.BadMirror] = [],
        [FindingCodes.DuplicateDestination] = ["KIA1105"],
        [FindingCodes.IneffectiveMatch] = ["IST0131"],
        [FindingCodes.GatewayNameForm] = ["KIA1108"],
        [FindingCodes.UnknownRouteName] = [],
        [FindingCodes.IdleTimeLimit] = [],
        [FindingCodes.BadSubsetName] = Schema,
        [FindingCodes.DuplicateSubset] = Schema,
        [FindingCodes.EmptyPolicy] = Schema,
        [FindingCodes.SubsetWithoutLabels] = ["KIA0209"],
        [FindingCodes.BadHealthCheck] = [],
        [FindingCodes.BadTls] = Schema,
        [FindingCodes.BadConsistentHash] = Schema,
        [FindingCodes.BadLocalitySetting] = Schema,
        [FindingCodes.BadWarmup] = Schema,
        [FindingCodes.ZonesAssumed] = [],
        [FindingCodes.LimitWithoutEffect] = [],
        [FindingCodes.BadAddress] = Schema,
        [FindingCodes.DuplicateEndpoint] = [],
        [FindingCodes.DuplicatePort] = Schema,
        [FindingCodes.DiscoveryMismatch] = Schema,
        [FindingCodes.BadLocality] = Schema,
        [FindingCodes.UnknownPortName] = Schema,
        [FindingCodes.ConnectionPort] = ["IST0134"],
        [FindingCodes.BadExportTo] = Schema,
        [FindingCodes.SelectorWithoutLabels] = Schema,
        [FindingCodes.BadEgressHost] = Schema,
        [FindingCodes.AmbiguousOutboundMode] = ["KIA1007"],
        [FindingCodes.BadPortName] = Schema,
        [FindingCodes.UnbuiltField] = [],
        [FindingCodes.UnbuiltCondition] = [],
        [FindingCodes.UnbuiltResource] = [],
        [FindingCodes.GatewayAccepted] = [],
        [FindingCodes.UnbuiltSecurity] = [],
        [FindingCodes.ReplacedResource] = [],
        [FindingCodes.ReplacedSetting] = [],
        [FindingCodes.DanglingSubset] = ["IST0101", "KIA1107"],
        [FindingCodes.DanglingHost] = ["IST0101", "KIA1101"],
        [FindingCodes.DanglingGateway] = ["IST0101", "KIA1102"],
        [FindingCodes.SharedHost] = ["IST0109", "KIA1106"],
        [FindingCodes.DanglingDelegate] = [],
        [FindingCodes.DelegateConflict] = [],
        [FindingCodes.UnusedDelegate] = [],
        [FindingCodes.SharedServiceHost] = ["KIA1211"],
        [FindingCodes.IdleSelector] = ["KIA0004"],
        [FindingCodes.SharedSidecar] = ["KIA0002", "KIA0003"],
        [FindingCodes.UnknownEgressHost] = ["KIA1004"],
        [FindingCodes.SelectorInRootNamespace] = ["KIA1006"],
        [FindingCodes.SharedDestinationRule] = ["KIA0201"],
        [FindingCodes.UnknownRuleHost] = ["IST0174", "KIA0202"],
        [FindingCodes.SubsetWithoutEndpoints] = ["IST0173", "KIA0203"],
        [FindingCodes.UndeclaredPort] = ["IST0101"],
        [FindingCodes.ConflictingProtocol] = ["IST0177", "KIA1212"],
        [FindingCodes.SeparateDestinationRules] = [],
        [FindingCodes.UnknownClientLocality] = [],
        [FindingCodes.IdleOutlierDetection] = [],
        [FindingCodes.BreakerBesideOutlierDetection] = [],
        [FindingCodes.NotForServices] = [],
        [FindingCodes.IgnoredHostnames] = [],
        [FindingCodes.UnsupportedFilter] = [],
        [FindingCodes.BadFilter] = [],
        [FindingCodes.NoBackend] = [],
        [FindingCodes.RepeatedCondition] = [],
        [FindingCodes.BadRouteMatch] = [],
        [FindingCodes.RouteBesideGrpcRoute] = [],
        [FindingCodes.RouteBesideVirtualService] = [],
        [FindingCodes.RouteOfOtherNamespace] = [],
        [FindingCodes.DanglingParent] = [],
        [FindingCodes.NotConverted] = [],
        [FindingCodes.ConvertedTwice] = [],
        [FindingCodes.NotWritable] = [],
        [SourceFindings.ArrayReplaced] = [],
        [SourceFindings.ShapeReplaced] = [],
        [SourceFindings.FileUnreadable] = [],
        [SourceFindings.SectionVanished] = [],
        [SourceFindings.SourceFailed] = [],
        [SourceFindings.ProviderTooLarge] = [],
        [SourceFindings.DuplicateDocument] = [],
        [SourceFindings.ReaderFailed] = ["IST0001"],
        [SourceFindings.FileVanished] = [],
        [SourceFindings.RestoredRules] = [],
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string[]> Singles = Table.Values.SelectMany(aliases => aliases).Distinct()
        .ToFrozenDictionary(alias => alias, alias => new[] { alias }, StringComparer.OrdinalIgnoreCase);

    /// <summary>Every alias of a code, of whatever severity.</summary>
    public static IReadOnlyList<string> Of(string code) => Table.GetValueOrDefault(code, []);

    /// <param name="code">One of <see cref="FindingCodes"/>.</param>
    /// <param name="severity">Istio has one code for errors of the schema and one for its warnings.</param>
    /// <param name="only">The one that fits, where a code's aliases tell cases apart.</param>
    public static IReadOnlyList<string> Of(string code, MeshFindingSeverity severity, string? only = null)
    {
        var aliases = only is null ? Table.GetValueOrDefault(code, []) : Singles[only];
        return aliases != Schema ? aliases : severity switch
        {
            MeshFindingSeverity.Error => Singles[SchemaError],
            MeshFindingSeverity.Warning => Singles[SchemaWarning],
            _ => [],
        };
    }

    /// <summary>Whether it is a code of this library, an alias, or another of istioctl's or Kiali's.</summary>
    public static bool IsKnown(string code) => Table.ContainsKey(code) || Singles.ContainsKey(code) || Others.Contains(code);
}
