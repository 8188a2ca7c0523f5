namespace Mesh.Client.Kubernetes.Services;

/// <summary>
/// Whether the hints of a service's endpoints count, by the rule of kube-proxy: where each endpoint that gets calls has hints for nodes and one is for the own node,
/// those for that node are called; else the same of zones; else all. It keeps count, so that one endpoint that changes costs nothing. Not for several threads.
/// </summary>
internal sealed class TopologyHints
{
    private const char Separator = ' ';

    private string? _node;
    private string? _zone;
    private int _ready;
    private int _forNodes;
    private int _forOwnNode;
    private int _forZones;
    private int _forOwnZone;

    public HintScope Scope
        => _forOwnNode > 0 && _forNodes == _ready ? HintScope.Node
        : _forOwnZone > 0 && _forZones == _ready ? HintScope.Zone
        : HintScope.Cluster;

    /// <summary>Names as a text that is equal to another of the same names; null for none.</summary>
    public static string? Join(SliceHint?[]? hints)
    {
        if (hints is null || hints.Length == 0)
        {
            return null;
        }

        return hints.Length == 1
            ? hints[0]?.Name
            : string.Join(Separator, hints.Select(hint => hint?.Name).Where(name => !string.IsNullOrEmpty(name)).Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>Where this process is; null where that is not known. Marks that were made before do not hold any more.</summary>
    public void SetPlace(string? node, string? zone) => (_node, _zone) = (node, zone);

    /// <param name="member">The endpoint.</param>
    /// <param name="isReady">It gets calls.</param>
    public HintMarks MarksOf(SliceMember member, bool isReady)
        => !isReady ? HintMarks.None
        : HintMarks.Ready | MarksOf(member.ForNodes, _node, HintMarks.ForNodes, HintMarks.ForOwnNode) | MarksOf(member.ForZones, _zone, HintMarks.ForZones, HintMarks.ForOwnZone);

    /// <summary>An endpoint's marks are others now.</summary>
    public void Replace(HintMarks before, HintMarks after)
    {
        if (before != after)
        {
            Count(before, -1);
            Count(after, 1);
        }
    }

    /// <param name="member">The endpoint.</param>
    /// <param name="scope">As it is decided.</param>
    public bool IsForOthers(SliceMember member, HintScope scope) => scope switch
    {
        HintScope.Node => !Names(member.ForNodes, _node),
        HintScope.Zone => !Names(member.ForZones, _zone),
        _ => false,
    };

    private static HintMarks MarksOf(string? hints, string? own, HintMarks any, HintMarks forOwn)
        => string.IsNullOrEmpty(hints) ? HintMarks.None : Names(hints, own) ? any | forOwn : any;

    private static bool Names(string? hints, string? own)
    {
        if (own is null || hints is null)
        {
            return false;
        }

        foreach (var range in hints.AsSpan().Split(Separator))
        {
            if (hints.AsSpan()[range].SequenceEqual(own))
            {
                return true;
            }
        }

        return false;
    }

    private void Count(HintMarks marks, int by)
    {
        _ready += (marks & HintMarks.Ready) != 0 ? by : 0;
        _forNodes += (marks & HintMarks.ForNodes) != 0 ? by : 0;
        _forOwnNode += (marks & HintMarks.ForOwnNode) != 0 ? by : 0;
        _forZones += (marks & HintMarks.ForZones) != 0 ? by : 0;
        _forOwnZone += (marks & HintMarks.ForOwnZone) != 0 ? by : 0;
    }
}
