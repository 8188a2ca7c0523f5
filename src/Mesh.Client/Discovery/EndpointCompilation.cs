using Mesh.Client.Model;

namespace Mesh.Client.Discovery;

/// <summary>What the sets of a source come to in the model. Of a set in which most objects are those of the set before, only the others are looked
/// at. Not for several threads.</summary>
internal sealed class EndpointCompilation
{
    private readonly LabelSets _labels = new();
    private MeshEndpoint[] _given = [];
    private Endpoint[] _endpoints = [];

    // How many endpoints each of those given came to; null where that is one each.
    private int[]? _counts;

    /// <summary>In the order of the set.</summary>
    public Endpoint[] Compile(MeshEndpointSet set)
    {
        if (ListChange.Find<MeshEndpoint>(_given, set.All) is not { } changes || !TryFollow(set.All, changes))
        {
            CompileAll(set.All);
        }

        _given = set.All;
        return _endpoints;
    }

    private void CompileAll(MeshEndpoint[] given)
    {
        var endpoints = new List<Endpoint>(given.Length);
        int[]? counts = null;
        for (var index = 0; index < given.Length; index++)
        {
            var compiled = given[index].Compile(_labels);
            endpoints.AddRange(compiled);
            if (counts is null && compiled.Length != 1)
            {
                counts = new int[given.Length];
                counts.AsSpan(0, index).Fill(1);
            }

            if (counts is not null)
            {
                counts[index] = compiled.Length;
            }
        }

        (_endpoints, _counts) = ([.. endpoints], counts);
    }

    /// <summary>False where one comes to several for the first time.</summary>
    private bool TryFollow(MeshEndpoint[] given, List<ListChange> changes)
    {
        var counts = _counts is null ? null : new int[given.Length];
        if (counts is not null)
        {
            ListChange.CopyUnchanged(changes, _counts, counts);
        }

        // The same changes by the places of what each comes to.
        var (places, added) = (new List<ListChange>(changes.Count), new List<Endpoint>());
        var (from, start, moved) = (0, 0, 0);
        foreach (var change in changes)
        {
            start += Count(from, change.Start);
            from = change.Start + change.Removed;
            var (removed, before) = (Count(change.Start, from), added.Count);
            for (var index = change.NextStart; index < change.NextStart + change.Added; index++)
            {
                var compiled = given[index].Compile(_labels);
                added.AddRange(compiled);
                if (counts is not null)
                {
                    counts[index] = compiled.Length;
                }
                else if (compiled.Length != 1)
                {
                    return false;
                }
            }

            places.Add(new(start, removed, start + moved, added.Count - before));
            start += removed;
            moved += added.Count - before - removed;
        }

        var endpoints = new Endpoint[_endpoints.Length + moved];
        ListChange.CopyUnchanged(places, _endpoints, endpoints);
        var taken = 0;
        foreach (var place in places)
        {
            added.CopyTo(taken, endpoints, place.NextStart, place.Added);
            taken += place.Added;
        }

        (_endpoints, _counts) = (endpoints, counts);
        return true;
    }

    /// <summary>What those given from one place to another came to.</summary>
    private int Count(int from, int to)
    {
        if (_counts is null)
        {
            return to - from;
        }

        var sum = 0;
        foreach (var count in _counts.AsSpan(from..to))
        {
            sum += count;
        }

        return sum;
    }
}
