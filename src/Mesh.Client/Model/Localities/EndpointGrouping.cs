using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>Sorts the endpoints of a cluster into priorities and localities and says what each gets. For one use; one pass counts, one fills.</summary>
/// <param name="candidates">Those of the cluster that are to be sorted.</param>
/// <param name="policy">How it tells places apart.</param>
/// <param name="panicThreshold">In percent of a priority.</param>
/// <param name="cluster">The policy of the cluster.</param>
internal sealed class EndpointGrouping(EndpointCandidates candidates, LocalityPolicy policy, int panicThreshold, ClusterPolicy cluster)
{
    /// <summary>The sum of the weights of one priority. Times a load of 100 percent it still fits into 32 bits.</summary>
    private const double Unit = 10_000_000;

    private readonly EndpointTraits _traits = candidates.Traits;
    private readonly OrderedDictionary<(int Own, int OfPlace, string? Name), Part> _parts = [];

    // By kind; null for those that none is of.
    private readonly Part?[] _partOf = new Part?[candidates.Traits.Kinds.Length];
    private readonly bool _weighsAlike = candidates.Traits.WeighsAlike;

    /// <summary>A hash leads to an endpoint by one table for each priority, in which places have the part that they weigh.</summary>
    private readonly bool _isHashed = cluster.ConsistentHash is not null;

    public EndpointSet Build()
    {
        Sort();
        if (policy.Distribution is { Length: > 0 } distribution)
        {
            Distribute(distribution);
        }

        // The endpoints' own priorities go before their places. The distances without gaps: what has no endpoint has no priority. What a distribution leaves out is not there at all.
        Part[][] priorities = [.. _parts.Values.Where(part => part.Weight > 0).GroupBy(part => part.Distance).OrderBy(distance => distance.Key).Select(distance => distance.ToArray())];
        int[] healthy = [.. priorities.Select(parts => parts.Sum(part => part.Available))];
        int[] totals = [.. priorities.Select(parts => parts.Sum(part => part.Total))];
        var loads = new int[priorities.Length];
        var panics = new bool[priorities.Length];
        PriorityLoads.Divide(healthy, totals, panicThreshold, loads, panics);

        var buckets = new List<Bucket>();
        for (var priority = 0; priority < priorities.Length; priority++)
        {
            if (panics[priority] && loads[priority] > 0)
            {
                var usable = totals[priority] - priorities[priority].Sum(part => part.Broken);
                if (usable == 0)
                {
                    continue;
                }

                buckets.Add(Open(priorities[priority], new Bucket(usable, priority, Locality: null, (uint)Unit, TakesAll: true)));
                continue;
            }

            if (_isHashed)
            {
                if (healthy[priority] > 0)
                {
                    buckets.Add(Open(priorities[priority], new Bucket(healthy[priority], priority, Locality: null, (uint)Unit, TakesAll: false, HasShares: true)));
                }

                continue;
            }

            Weigh(priorities[priority], healthy[priority]);
            foreach (var part in priorities[priority])
            {
                if (part.Available > 0)
                {
                    buckets.Add(Open([part], new Bucket(part.Available, priority, part.Name, part.Share, TakesAll: false)));
                }
            }
        }

        Fill();
        EndpointGroup[] groups = [.. buckets.Select(bucket => new EndpointGroup(bucket.Members, _weighsAlike ? null : EndpointWeights.Create(bucket.Weights), cluster.Warmup)
        {
            Shares = bucket.HasShares ? SharesOf(bucket, priorities[bucket.Priority]) : null,
            Priority = bucket.Priority,
            Locality = bucket.Locality,
            Weight = bucket.Weight,
            IsPanicking = bucket.TakesAll,
        })];
        return new EndpointSet(candidates.All, groups, [.. buckets.Select(bucket => (uint)loads[bucket.Priority] * bucket.Weight)])
        {
            Traits = candidates.TraitsOfAll,
            SetAside = candidates.SetAside,
            IsPanicking = buckets.Exists(bucket => bucket.TakesAll),
            PriorityHealth = [.. healthy.Select((count, priority) => PriorityLoads.HealthOf(count, totals[priority]))],
        };
    }

    private static Bucket Open(Part[] parts, Bucket bucket)
    {
        foreach (var part in parts)
        {
            part.Bucket = bucket;
        }

        return bucket;
    }

    private void Sort()
    {
        for (var index = 0; index < _traits.Count; index++)
        {
            var kind = _traits.KindOf(index);
            var part = _partOf[kind] ??= PartFor(_traits.Kinds[kind]);
            part.Total++;
            part.Available += IsAvailable(index) ? 1 : 0;
            part.Broken += IsBroken(index) ? 1 : 0;
            part.Weight += EndpointWeights.WeightOf(_traits.Kinds[kind]);
        }
    }

    private Part PartFor(Endpoint endpoint)
    {
        var locality = Locality.Parse(endpoint.Locality);

        // That of the endpoint, and within it what its source says of its place.
        var own = (endpoint.Priority * 2) + (endpoint.IsForOthers && cluster.HeedsSource ? 1 : 0);
        var ofPlace = policy.PriorityOf(endpoint, locality);
        var name = policy.GroupOf(locality);
        var key = (own, ofPlace, name);
        if (!_parts.TryGetValue(key, out var part))
        {
            _parts.Add(key, part = new Part((own, ofPlace), name, locality));
        }

        return part;
    }

    /// <summary>Each pattern's weight goes to the localities it takes, in proportion to what their endpoints weigh and rounded up.</summary>
    private void Distribute(KeyValuePair<LocalityPattern, int>[] distribution)
    {
        var left = _parts.Values.ToList();
        foreach (var (pattern, weight) in distribution)
        {
            var taken = left.FindAll(part => pattern.Matches(part.Locality));
            var total = taken.Sum(part => part.Weight);
            foreach (var part in taken)
            {
                part.Weight = (long)Math.Ceiling((double)weight * part.Weight / total);
                left.Remove(part);
            }
        }

        foreach (var part in left)
        {
            part.Weight = 0;
        }
    }

    /// <summary>Locality weights less what is not available, as Envoy lowers them; of zones what they can bear.</summary>
    private void Weigh(Part[] parts, int healthy)
    {
        var weights = new double[parts.Length];
        if (policy.MinClusterSize is { } smallest && healthy >= smallest && parts.Length > 1)
        {
            var own = Array.FindIndex(parts, part => part.Locality.Region == policy.Client.Region && part.Locality.Zone == policy.Client.Zone);
            ZoneCapacity.Divide([.. parts.Select(part => (part.Available, part.Total))], own, weights);
        }
        else
        {
            for (var index = 0; index < parts.Length; index++)
            {
                weights[index] = parts[index].Weight * PriorityLoads.AvailabilityOf(parts[index].Available, parts[index].Total);
            }
        }

        var sum = weights.Sum();
        for (var index = 0; index < parts.Length; index++)
        {
            parts[index].Share = weights[index] > 0 ? (uint)Math.Max(1, Math.Round(Unit * weights[index] / sum)) : 0;
        }
    }

    private void Fill()
    {
        for (var index = 0; index < _traits.Count; index++)
        {
            var kind = _traits.KindOf(index);
            if (_partOf[kind] is { Bucket: { } bucket } part && (bucket.TakesAll ? !IsBroken(index) : IsAvailable(index)))
            {
                var weight = EndpointWeights.WeightOf(_traits.Kinds[kind]);
                part.AvailableWeight += weight;
                bucket.PartOf[bucket.Count] = part;
                bucket.Weights[bucket.Count] = weight;
                bucket.Members[bucket.Count++] = candidates.Endpoints[index];
            }
        }
    }

    /// <summary>What its place weighs among the places of its priority, divided among those of the place that are there. As Envoy's tables have
    /// it: a place keeps its part however few of it are left.</summary>
    private static double[] SharesOf(Bucket bucket, Part[] places)
    {
        var total = places.Sum(place => place.Weight);
        var shares = new double[bucket.Members.Length];
        for (var index = 0; index < shares.Length; index++)
        {
            var place = bucket.PartOf[index];
            shares[index] = bucket.Weights[index] * ((double)place.Weight / total) / place.AvailableWeight;
        }

        return shares;
    }

    private bool IsAvailable(int index) => !_traits.IsMarked(index, EndpointTraits.Unavailable);

    private bool IsBroken(int index) => _traits.IsMarked(index, EndpointTraits.Broken);

    /// <summary>Endpoints of one distance and locality; it counts while they are sorted.</summary>
    private sealed class Part((int Own, int OfPlace) distance, string? name, Locality locality)
    {
        internal readonly (int Own, int OfPlace) Distance = distance;
        internal readonly string? Name = name;
        internal readonly Locality Locality = locality;
        internal int Total;
        internal int Available;
        internal int Broken;
        internal long Weight;
        internal long AvailableWeight;
        internal uint Share;
        internal Bucket? Bucket;
    }

    /// <summary>What becomes a group.</summary>
    private sealed record Bucket(int Size, int Priority, string? Locality, uint Weight, bool TakesAll, bool HasShares = false)
    {
        internal readonly EndpointState[] Members = new EndpointState[Size];
        internal readonly Part[] PartOf = new Part[Size];
        internal readonly uint[] Weights = new uint[Size];
        internal int Count;
    }
}
