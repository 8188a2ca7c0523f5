using System.Collections.Frozen;
using Mesh.Client.Model;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>
/// The endpoints of one service, out of its slices and the labels of its pods. Only what changed is looked at again, and an endpoint of which nothing
/// changed stays the same object at the same place: of ten thousand endpoints one that changes costs a copy of the list. Not for several threads.
/// </summary>
internal sealed class EndpointMerge
{
    private readonly Dictionary<string, Slice> _slices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MergedAddress> _addresses = new(StringComparer.Ordinal);
    private readonly PodAddresses _pods = new();
    private readonly AddressCalls _calls;
    private readonly EndpointPlaces _places = new();
    private readonly List<MergedAddress> _dirty = [];
    private bool _isChanged = true;

    public EndpointMerge() => _calls = new(_pods);

    /// <summary>How many addresses are known, whether they are to be called or not.</summary>
    public int Count => _addresses.Count;

    /// <summary>Slices whose addresses are names.</summary>
    public int Unusable { get; private set; }

    /// <summary>The service itself is another now: every endpoint is looked at.</summary>
    /// <param name="service">Null: it is not there.</param>
    /// <param name="asked">The ports of the rules.</param>
    /// <param name="ownNode">The node of this process, for services that are to be called on that alone; null where it is not known.</param>
    public void SetService(ServiceSpec? service, IReadOnlyList<MeshServicePort> asked, string? ownNode = null)
    {
        _calls.SetService(service, asked, ownNode);
        MarkAll();
    }

    /// <summary>Where labels and places come from now: every endpoint is looked at.</summary>
    /// <param name="podLabels">The labels of a pod; null while they are not known.</param>
    /// <param name="surroundings">Where endpoints stand.</param>
    public void SetSurroundings(Func<string, FrozenDictionary<string, string>?> podLabels, Surroundings surroundings)
    {
        _calls.SetSurroundings(podLabels, surroundings);
        MarkAll();
    }

    /// <param name="name">Of the slice.</param>
    /// <param name="slice">As it is now; null: it is gone. Of members that are the same objects as before none is looked at.</param>
    public void SetSlice(string name, Slice? slice)
    {
        _slices.TryGetValue(name, out var before);
        if (ReferenceEquals(slice, before))
        {
            return;
        }

        var hasSameTerms = slice is not null && before is not null && slice.Terms == before.Terms;
        var (known, members) = (before?.Members ?? [], slice?.Members ?? []);
        var changes = (hasSameTerms ? ListChange.Find<SliceMember>(known, members) : null) ?? [new(0, known.Length, 0, members.Length)];

        // All that go before any comes: one that was moved does both.
        foreach (var change in changes)
        {
            foreach (var gone in known.AsSpan(change.Start, change.Removed))
            {
                var address = _addresses[gone.Address];
                address.Remove(name);
                Mark(address);
            }
        }

        foreach (var change in changes)
        {
            foreach (var member in members.AsSpan(change.NextStart, change.Added))
            {
                if (!_addresses.TryGetValue(member.Address, out var address))
                {
                    _addresses.Add(member.Address, address = new MergedAddress(member.Address));
                }

                address.Set(name, slice!.Terms, member);
                Mark(address);
            }
        }

        if (slice is null)
        {
            _slices.Remove(name);
        }
        else
        {
            _slices[name] = slice;
        }

        if (!hasSameTerms)
        {
            Unusable += (slice is { Family: AddressFamily.Other } ? 1 : 0) - (before is { Family: AddressFamily.Other } ? 1 : 0);
            SetDualStack();
        }
    }

    /// <summary>The slices as they are, all of them.</summary>
    public void SetSlices(IReadOnlyDictionary<string, Slice> slices)
    {
        foreach (var name in _slices.Keys.Where(name => !slices.ContainsKey(name)).ToList())
        {
            SetSlice(name, null);
        }

        foreach (var (name, slice) in slices)
        {
            SetSlice(name, slice);
        }
    }

    /// <summary>The labels of every pod may be others.</summary>
    public void ChangePods() => MarkAll();

    public void ChangePod(string pod)
    {
        for (var address = _pods.FirstOf(pod); address is not null; address = address.NextOfPod)
        {
            Mark(address);
        }
    }

    /// <summary>All endpoints that are to be called, those that drain included, as an array that nobody else has; null where they are those of the last
    /// time.</summary>
    public MeshEndpoint[]? Take()
    {
        // Whose pod is another changes what others of both pods come to, so all are filed first; that finds more of them.
        for (var index = 0; index < _dirty.Count; index++)
        {
            FileUnder(_dirty[index], _dirty[index].IsTold ? _dirty[index].Best.Member!.Pod : null);
        }

        _dirty.ForEach(_calls.CountHints);
        if (_calls.TakeHints())
        {
            MarkAll();
        }

        _dirty.ForEach(Look);
        _dirty.Clear();
        if (!_isChanged)
        {
            return null;
        }

        _isChanged = false;
        return _places.ToArray();
    }

    private void Look(MergedAddress address)
    {
        address.IsDirty = false;
        _isChanged |= _places.Set(address, _calls.Make(address, _places.Find(address)));
        if (!address.IsTold)
        {
            _addresses.Remove(address.Address);
        }
    }

    private void SetDualStack()
    {
        var isDualStack = _slices.Values.Any(slice => slice.Family == AddressFamily.IPv4) && _slices.Values.Any(slice => slice.Family == AddressFamily.IPv6);
        if (isDualStack != _calls.IsDualStack)
        {
            _calls.IsDualStack = isDualStack;
            MarkAll();
        }
    }

    private void MarkAll()
    {
        foreach (var address in _addresses.Values)
        {
            Mark(address);
        }
    }

    private void Mark(MergedAddress address)
    {
        if (!address.IsDirty)
        {
            address.IsDirty = true;
            _dirty.Add(address);
            ChangeOther(address.Pod);
        }
    }

    private void FileUnder(MergedAddress address, string? pod)
    {
        var before = address.Pod;
        if (before == pod)
        {
            return;
        }

        _pods.Move(address, pod);
        ChangeOther(before);
        ChangeOther(pod);
    }

    /// <summary>Whether an address is called may decide about the pod's one of the other family.</summary>
    private void ChangeOther(string? pod)
    {
        if (_calls.IsDualStack && pod is not null)
        {
            ChangePod(pod);
        }
    }
}
