using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>Everything a pick needs, published as one object: all endpoints of the cluster, and in groups those that may be picked.</summary>
internal sealed class EndpointSet
{
    private readonly uint[] _ends;

    /// <summary>One group of everything that is available.</summary>
    public EndpointSet(EndpointState[] all, EndpointState[] available, WarmupConfiguration? warmup = null)
        : this(all, available.Length == 0 ? [] : [new EndpointGroup(available, warmup)], [])
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

    /// <summary>What the set was made by; null where it was put together by hand.</summary>
    public EndpointTraits? Traits { get; init; }

    /// <summary>Draining endpoints that get no calls, since others may be picked.</summary>
    public EndpointState[] SetAside { get; init; } = [];

    /// <summary>So few endpoints are healthy, of all or of a priority, that all of them are available again.</summary>
    public bool IsPanicking { get; init; }

    /// <summary>0 to 100: what part of its load each priority can bear; empty where there is one alone.</summary>
    public int[] PriorityHealth { get; init; } = [];

    /// <summary>Whether an endpoint was about to stop when the set was made, which is what picks go by: the endpoint itself may know better by now.</summary>
    /// <param name="place">Of it among all.</param>
    public bool IsDraining(int place) => Traits?.IsMarked(place, EndpointTraits.Draining) ?? All[place].IsDraining;

    /// <summary>The part of the calls that goes to the group, 0 to 1.</summary>
    public double ShareOf(int group) => Groups.Length == 1 ? 1 : _ends[^1] == 0 ? 0 : (double)(_ends[group] - (group == 0 ? 0 : _ends[group - 1])) / _ends[^1];

    /// <summary>Where a hash points to among the priorities: Envoy takes its rest by a hundred as a percentage of the load. In the middle of
    /// that percentage, since loads are whole ones.</summary>
    public static ulong PointOf(ulong hash) => ((2 * (hash % 100)) + 1) * (ulong.MaxValue / 200);

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

    /// <summary>As <see cref="FindGroup"/>, with the loads that there would be without the priorities of <paramref name="attempted"/>: Envoy's
    /// previous_priorities. Where nothing else is healthy none is left out.</summary>
    public int FindGroupElsewhere(ulong point, ReadOnlySpan<EndpointState> attempted)
    {
        const int MostPriorities = 64;
        if (PriorityHealth.Length is < 2 or > MostPriorities)
        {
            return FindGroup(point);
        }

        Span<int> health = stackalloc int[PriorityHealth.Length];
        PriorityHealth.CopyTo(health);
        foreach (var group in Groups)
        {
            foreach (var endpoint in attempted)
            {
                if (health[group.Priority] > 0 && Array.IndexOf(group.Endpoints, endpoint) >= 0)
                {
                    health[group.Priority] = 0;
                }
            }
        }

        Span<int> loads = stackalloc int[health.Length];
        PriorityLoads.Divide(health, loads);
        var total = 0UL;
        foreach (var group in Groups)
        {
            total += (ulong)loads[group.Priority] * group.Weight;
        }

        if (total == 0)
        {
            return FindGroup(point);
        }

        var place = Math.BigMul(point, total, out _);
        var index = 0;
        while ((ulong)loads[Groups[index].Priority] * Groups[index].Weight is var length && place >= length)
        {
            place -= length;
            index++;
        }

        return index;
    }
}
