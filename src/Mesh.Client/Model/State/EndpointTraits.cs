using System.Buffers;

namespace Mesh.Client.Model;

/// <summary>
/// What decides who of a set may be picked and who belongs together, by the places of its endpoints: a set that differs from another in a few of
/// thousands is made without a look at the others. Immutable.
/// </summary>
internal sealed class EndpointTraits
{
    /// <summary>It is about to stop.</summary>
    public const byte Draining = 1;

    /// <summary>It is ejected, or fails its checks.</summary>
    public const byte Unwell = 2;

    /// <summary>Its circuit breaker is open.</summary>
    public const byte Broken = 4;

    /// <summary>It is not to be picked, whether there are others or not.</summary>
    public const byte Unavailable = Unwell | Broken;

    private const byte All = Draining | Unwell | Broken;

    /// <summary>With more kinds than that all endpoints of a changed set are looked at: kinds that none is of any more stay known.</summary>
    private const int MostKindsFollowed = 64;

    /// <summary>By a set of marks: what those say that have one of them.</summary>
    private static readonly SearchValues<byte>[] Having =
        [.. Enumerable.Range(0, All + 1).Select(marks => SearchValues.Create([.. Enumerable.Range(0, All + 1).Where(mark => (mark & marks) != 0).Select(mark => (byte)mark)]))];

    // Null where nobody is marked.
    private readonly byte[]? _marks;

    // Null where all are of the first kind.
    private readonly int[]? _kinds;
    private readonly Endpoint[] _known;
    private readonly bool _tellsLabels;

    private EndpointTraits(int count, byte[]? marks, int[]? kinds, Endpoint[] known, bool tellsLabels)
    {
        Count = count;
        _marks = marks.AsSpan().ContainsAnyExcept((byte)0) ? marks : null;
        _kinds = kinds;
        _known = known;
        _tellsLabels = tellsLabels;
    }

    public int Count { get; }

    /// <summary>One endpoint of each kind. All that are of it have its place, its priority and its weight, and where that was asked for its labels. There may
    /// be kinds that none is of.</summary>
    public ReadOnlySpan<Endpoint> Kinds => _known;

    /// <summary>All kinds weigh the same.</summary>
    public bool WeighsAlike
    {
        get
        {
            foreach (var kind in _known)
            {
                if (kind.Weight != _known[0].Weight)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <param name="endpoints">Their flags are read once; whoever changes one meanwhile publishes a set afterwards.</param>
    /// <param name="tellsLabels">Endpoints with other labels are of another kind.</param>
    public static EndpointTraits Of(ReadOnlySpan<EndpointState> endpoints, bool tellsLabels)
    {
        byte[]? marks = null;
        int[]? kinds = null;
        var table = new EndpointKinds([], tellsLabels);
        Read(endpoints, 0..endpoints.Length, table, ref marks, ref kinds);
        return new(endpoints.Length, marks, kinds, table.ToArray(), tellsLabels);
    }

    /// <summary>Those of a set that differs in some endpoints: they alone are read. Null where it takes a look at all.</summary>
    /// <param name="changes">What made the set of this one.</param>
    /// <param name="endpoints">The set.</param>
    /// <param name="tellsLabels">As with <see cref="Of"/>.</param>
    public EndpointTraits? Follow(List<ListChange> changes, ReadOnlySpan<EndpointState> endpoints, bool tellsLabels)
    {
        if (tellsLabels != _tellsLabels || _known.Length > MostKindsFollowed)
        {
            return null;
        }

        var marks = Follow(changes, _marks, endpoints.Length);
        var kinds = Follow(changes, _kinds, endpoints.Length);
        var table = new EndpointKinds(_known, tellsLabels);
        foreach (var change in changes)
        {
            Read(endpoints, change.NextStart..(change.NextStart + change.Added), table, ref marks, ref kinds);
        }

        return new(endpoints.Length, marks, kinds, table.ToArray(), tellsLabels);
    }

    public bool IsMarked(int place, byte marks) => _marks is not null && (_marks[place] & marks) != 0;

    /// <summary>As an index into <see cref="Kinds"/>.</summary>
    public int KindOf(int place) => _kinds is null ? 0 : _kinds[place];

    /// <summary>How many have one of the marks.</summary>
    public int CountMarked(byte marks)
    {
        var count = 0;
        for (byte mark = 1; mark <= All && _marks is not null; mark++)
        {
            count += (mark & marks) != 0 ? _marks.AsSpan().Count(mark) : 0;
        }

        return count;
    }

    /// <summary>The endpoints that have none of the marks; where none has any the same array.</summary>
    /// <param name="endpoints">Those whose traits these are.</param>
    /// <param name="marks">The marks.</param>
    public EndpointState[] LeaveOut(EndpointState[] endpoints, byte marks) => CountMarked(marks) == 0 ? endpoints : Select<EndpointState>(endpoints, marks, isMarked: false);

    /// <summary>The endpoints that have one of the marks.</summary>
    /// <param name="endpoints">Those whose traits these are.</param>
    /// <param name="marks">The marks.</param>
    public EndpointState[] Pick(EndpointState[] endpoints, byte marks) => CountMarked(marks) == 0 ? [] : Select<EndpointState>(endpoints, marks, isMarked: true);

    /// <summary>The traits of those that have none of the marks.</summary>
    public EndpointTraits LeaveOut(byte marks) => CountMarked(marks) == 0 ? this : new(
        Count - CountMarked(marks), Select<byte>(_marks, marks, isMarked: false), _kinds is null ? null : Select<int>(_kinds, marks, isMarked: false), _known, _tellsLabels);

    /// <summary>There are endpoints of different priorities of their own.</summary>
    /// <param name="policy">Says whether what their source says of their place counts as such.</param>
    public bool HasPriorities(ClusterPolicy policy)
    {
        if (_kinds is null || Array.TrueForAll(_known, kind => IsLike(kind, _known[0])))
        {
            return false;
        }

        foreach (var kind in _kinds)
        {
            if (!IsLike(_known[kind], _known[_kinds[0]]))
            {
                return true;
            }
        }

        return false;

        bool IsLike(Endpoint one, Endpoint other) => one.Priority == other.Priority && (!policy.HeedsSource || one.IsForOthers == other.IsForOthers);
    }

    /// <summary>Their shares; null where all weigh the same.</summary>
    public EndpointWeights? Weigh()
    {
        if (_kinds is null || WeighsAlike)
        {
            return null;
        }

        var weights = new uint[Count];
        for (var place = 0; place < weights.Length; place++)
        {
            weights[place] = EndpointWeights.WeightOf(_known[_kinds[place]]);
        }

        return EndpointWeights.Create(weights);
    }

    private static T[]? Follow<T>(List<ListChange> changes, T[]? previous, int count)
    {
        if (previous is null)
        {
            return null;
        }

        var next = new T[count];
        ListChange.CopyUnchanged<T>(changes, previous, next);
        return next;
    }

    /// <summary>What is not written anywhere is that nobody is marked, and that all are of the first kind.</summary>
    private static void Read(ReadOnlySpan<EndpointState> endpoints, Range places, EndpointKinds table, ref byte[]? marks, ref int[]? kinds)
    {
        for (var place = places.Start.Value; place < places.End.Value; place++)
        {
            if (MarksOf(endpoints[place]) is > 0 and var mark)
            {
                (marks ??= new byte[endpoints.Length])[place] = mark;
            }

            if (table.Find(endpoints[place].Endpoint) is > 0 and var kind)
            {
                (kinds ??= new int[endpoints.Length])[place] = kind;
            }
        }
    }

    private static byte MarksOf(EndpointState endpoint) => (byte)(
        (endpoint.IsDraining ? Draining : 0) | (endpoint.IsEjected || endpoint.IsFailing ? Unwell : 0) | (endpoint.IsBroken ? Broken : 0));

    /// <summary>By blocks: marks are few, or stand together.</summary>
    private T[] Select<T>(ReadOnlySpan<T> values, byte marks, bool isMarked)
    {
        var marked = CountMarked(marks);
        var selected = new T[isMarked ? marked : Count - marked];
        var next = 0;
        for (var start = 0; next < selected.Length;)
        {
            var rest = _marks.AsSpan(start);
            start += isMarked ? rest.IndexOfAny(Having[marks]) : rest.IndexOfAnyExcept(Having[marks]);
            rest = _marks.AsSpan(start);
            var length = isMarked ? rest.IndexOfAnyExcept(Having[marks]) : rest.IndexOfAny(Having[marks]);
            length = length < 0 ? rest.Length : length;
            values.Slice(start, length).CopyTo(selected.AsSpan(next));
            (start, next) = (start + length, next + length);
        }

        return selected;
    }
}
