using Mesh.Client.Model;

namespace Mesh.Client;

/// <summary>Finds the states of a cluster by address in the order in which they mostly are asked for: the same as before, but for one that left or joined.
/// Only where there are more of those is anything hashed.</summary>
internal sealed class EndpointWalk(EndpointState[] states)
{
    private const int MostSearches = 4;

    private readonly bool[] _isFound = new bool[states.Length];
    private Dictionary<string, int>? _places;
    private HashSet<string>? _joined;
    private int _searches;
    private int _next;
    private int _found;

    /// <summary>False for an address that was taken before: it may stand for several workloads, of which a cluster sees one endpoint.</summary>
    /// <param name="endpoint">The next of the service that the cluster takes.</param>
    /// <param name="state">Null for one that joins.</param>
    public bool TryTake(Endpoint endpoint, out EndpointState? state)
    {
        state = null;
        var place = IsAt(_next, endpoint) ? _next : Search(endpoint);
        if (place < 0)
        {
            return (_joined ??= new(StringComparer.Ordinal)).Add(endpoint.Address);
        }

        if (_isFound[place])
        {
            return false;
        }

        _next = place + 1;
        _found++;
        _isFound[place] = true;
        state = states[place];
        return true;
    }

    /// <summary>Those that nobody asked for.</summary>
    public IReadOnlyList<EndpointState> Rest() => _found == states.Length ? [] : [.. states.Where((_, place) => !_isFound[place])];

    private bool IsAt(int place, Endpoint endpoint) => place < states.Length
        && (ReferenceEquals(states[place].Endpoint, endpoint) || states[place].Endpoint.Address == endpoint.Address);

    private int Search(Endpoint endpoint)
    {
        // The next one left.
        if (IsAt(_next + 1, endpoint))
        {
            return _next + 1;
        }

        if (_places is null && _searches++ < MostSearches)
        {
            return Array.FindIndex(states, state => state.Endpoint.Address == endpoint.Address);
        }

        _places ??= MakePlaces();
        return _places.TryGetValue(endpoint.Address, out var place) ? place : -1;
    }

    private Dictionary<string, int> MakePlaces()
    {
        var places = new Dictionary<string, int>(states.Length, StringComparer.Ordinal);
        for (var place = 0; place < states.Length; place++)
        {
            places[states[place].Endpoint.Address] = place;
        }

        return places;
    }
}
