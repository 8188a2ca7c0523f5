namespace Mesh.Client.Model;

/// <summary>Tells endpoints apart by what of them decides where they belong: place, priority, weight, and labels where those are asked for. Thousands
/// of endpoints are of a few kinds, mostly of one.</summary>
/// <param name="known">One endpoint of each kind that is known already.</param>
/// <param name="tellsLabels">Endpoints with other labels are of another kind.</param>
internal sealed class EndpointKinds(ReadOnlySpan<Endpoint> known, bool tellsLabels)
{
    /// <summary>Kinds that are compared one by one before any is hashed: more than there are zones in most clusters.</summary>
    private const int MostCompared = 8;

    private readonly List<Endpoint> _kinds = [.. known];
    private Dictionary<(string?, int, bool, int, object?), int>? _places;
    private int _last;

    /// <summary>One endpoint of each kind.</summary>
    public Endpoint[] ToArray() => [.. _kinds];

    /// <summary>The place of the endpoint's kind; of one that nobody was of before, behind the others.</summary>
    public int Find(Endpoint endpoint)
    {
        // Neighbours mostly are of one kind.
        if (_last < _kinds.Count && IsOfKind(_kinds[_last], endpoint))
        {
            return _last;
        }

        for (var kind = 0; kind < _kinds.Count && kind < MostCompared; kind++)
        {
            if (IsOfKind(_kinds[kind], endpoint))
            {
                return _last = kind;
            }
        }

        return _last = _kinds.Count < MostCompared ? Add(endpoint) : FindByHash(endpoint);
    }

    private int FindByHash(Endpoint endpoint)
    {
        if (_places is null)
        {
            _places = [];
            for (var kind = 0; kind < _kinds.Count; kind++)
            {
                _places.Add(KeyOf(_kinds[kind]), kind);
            }
        }

        if (!_places.TryGetValue(KeyOf(endpoint), out var place))
        {
            _places.Add(KeyOf(endpoint), place = Add(endpoint));
        }

        return place;
    }

    private int Add(Endpoint endpoint)
    {
        _kinds.Add(endpoint);
        return _kinds.Count - 1;
    }

    private bool IsOfKind(Endpoint kind, Endpoint endpoint) => ReferenceEquals(kind, endpoint)
        || (kind.Locality == endpoint.Locality && kind.Priority == endpoint.Priority && kind.IsForOthers == endpoint.IsForOthers
            && kind.Weight == endpoint.Weight && (!tellsLabels || ReferenceEquals(kind.Labels, endpoint.Labels)));

    /// <summary>Labels by reference: equal ones are one object mostly, and where they are not there are kinds alike.</summary>
    private (string?, int, bool, int, object?) KeyOf(Endpoint endpoint)
        => (endpoint.Locality, endpoint.Priority, endpoint.IsForOthers, endpoint.Weight, tellsLabels ? endpoint.Labels : null);
}
