namespace Mesh.Client.Kubernetes.Services;

/// <summary>The endpoints of a service, each at its place for as long as it is called: a change of one is a change at one place, and a list of all is a copy.
/// Not for several threads.</summary>
internal sealed class EndpointPlaces
{
    /// <summary>The place of what is not called.</summary>
    public const int None = -1;

    private readonly Stack<int> _free = [];
    private MeshEndpoint?[] _endpoints = [];
    private int _end;

    /// <summary>Null where the address is not called.</summary>
    public MeshEndpoint? Find(MergedAddress address) => address.Place == None ? null : _endpoints[address.Place];

    /// <param name="address">The address.</param>
    /// <param name="endpoint">What it comes to now; null where it is not called.</param>
    /// <returns>Whether that was something else.</returns>
    public bool Set(MergedAddress address, MeshEndpoint? endpoint)
    {
        if (ReferenceEquals(Find(address), endpoint))
        {
            return false;
        }

        if (endpoint is null)
        {
            _endpoints[address.Place] = null;
            _free.Push(address.Place);
            address.Place = None;
            return true;
        }

        if (address.Place == None)
        {
            address.Place = _free.TryPop(out var free) ? free : TakeNew();
        }

        _endpoints[address.Place] = endpoint;
        return true;
    }

    /// <summary>All of them, in the order of their places.</summary>
    public MeshEndpoint[] ToArray()
    {
        var endpoints = new MeshEndpoint[_end - _free.Count];
        var count = 0;
        for (var start = 0; start < _end;)
        {
            var end = start;
            while (end < _end && _endpoints[end] is not null)
            {
                end++;
            }

            _endpoints.AsSpan(start..end).CopyTo(endpoints.AsSpan(count)!);
            count += end - start;
            start = end;
            while (start < _end && _endpoints[start] is null)
            {
                start++;
            }
        }

        return endpoints;
    }

    private int TakeNew()
    {
        if (_end == _endpoints.Length)
        {
            // Slowly: of thousands half would lie idle.
            Array.Resize(ref _endpoints, Math.Max(4, _end + (_end / 8) + 1));
        }

        return _end++;
    }
}
