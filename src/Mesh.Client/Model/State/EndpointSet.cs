namespace Mesh.Client.Model;

/// <summary>Everything a pick needs, published as one object: all endpoints of the cluster, and in groups those that may be picked.</summary>
internal sealed class EndpointSet
{
    private readonly uint[] _ends;

    /// <summary>One group of everything that is available.</summary>
    public EndpointSet(EndpointState[] all, EndpointState[] available)
        : this(all, available.Length == 0 ? [] : [new EndpointGroup(available)], [])
    {
    }

    /// <param name="all">Available or not.</param>
    /// <param name="groups">What may be picked, in the order in which groups step in for each other.</param>
    /// <param name="shares">The part of the calls that goes to each group, in any unit; read where there are several.</param>
    public EndpointSet(EndpointState[] all, EndpointGroup[] groups, ReadOnlySpan<uint> shares)
    {
        All = all;
        Groups = groups;
        _ends = shares.ToArray();
        for (var index = 1; index < _ends.Length; index++)
        {
            _ends[index] += _ends[index - 1];
        }
    }

    public static EndpointSet Empty { get; } = new([], []);

    /// <summary>Never written after publication.</summary>
    public EndpointState[] All { get; }

    /// <summary>Never written after publication; empty where nothing may be picked.</summary>
    public EndpointGroup[] Groups { get; }

    /// <summary>The endpoints of all groups; for onlookers, since it may copy.</summary>
    public EndpointState[] Available => Groups switch
    {
        [] => [],
        [var only] => only.Endpoints,
        _ => [.. Groups.SelectMany(group => group.Endpoints)],
    };

    /// <summary>So few endpoints are healthy that all of them are available again.</summary>
    public bool IsPanicking { get; init; }

    /// <summary>The group at <paramref name="point"/>, uniform over all 64-bit values, of a set that has several.</summary>
    public int FindGroup(ulong point)
    {
        var place = (uint)(((point >> 32) * _ends[^1]) >> 32);
        var index = 0;
        while (place >= _ends[index])
        {
            index++;
        }

        return index;
    }
}
