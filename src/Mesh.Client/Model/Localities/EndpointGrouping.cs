using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>Sorts the endpoints of a cluster into priorities and localities and says what each gets. For one use; one pass counts, one fills.</summary>
/// <param name="candidates">Those of the cluster that are to be sorted.</param>
/// <param name="isAvailable">For each of them.</param>
/// <param name="isBroken">For each of them: is not to be used even where all are; null where none is.</param>
/// <param name="policy">How it tells places apart.</param>
/// <param name="panicThreshold">In percent of a priority.</param>
/// <param name="cluster">The policy of the cluster.</param>
internal sealed class EndpointGrouping(EndpointState[] candidates, bool[] isAvailable, bool[]? isBroken, LocalityPolicy policy, int panicThreshold, ClusterPolicy cluster)
{
    /// <summary>The sum of the weights of one priority. Times a load of 100 percent it still fits into 32 bits.</summary>
    private const double Unit = 10_000_000;

    /// <summary>Places that are compared one by one before any is hashed: more than there are zones in most clusters.</summary>
    private const int MostCompared = 8;

    private readonly List<Part> _parts = [];
    private readonly Dictionary<(string? Locality, object? Labels, int Priority), Part> _known = [];
    private readonly (string? Locality, object? Labels, int Priority, Part Part)[] _first = new (string?, object?, int, Part)[MostCompared];
    private readonly Part[] _partOf = new Part[candidates.Length];

    /// <summary>A hash leads to an endpoint by one table for each priority, in which places have the part that they weigh.</summary>
    private readonly bool _isHashed = cluster.ConsistentHash is not null;

    /// <param name="all">All endpoints of the cluster.</param>
    /// <param name="setAside">Those that are no candidates.</param>
    public EndpointSet Build(EndpointState[] all, EndpointState[] setAside)
    {
        Sort();
        if (policy.Distribution is { Length: > 0 } distribution)
        {
            Distribute(distribution);
        }

        // The endpoints' own priorities go before their places. The distances without gaps: what has no endpoint has no priority. What a distribution leaves out is not there at all.
        Part[][] priorities = [.. _parts.Where(part => part.Weight > 0).GroupBy(part => part.Distance).OrderBy(distance => distance.Key).Select(distance => distance.ToArray())];
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
        EndpointGroup[] groups = [.. buckets.Select(bucket => new EndpointGroup(bucket.Members, cluster.Warmup)
        {
            Shares = bucket.HasShares ? SharesOf(bucket, priorities[bucket.Priority]) : null,
            Priority = bucket.Priority,
            Locality = bucket.Locality,
            Weight = bucket.Weight,
            IsPanicking = bucket.TakesAll,
        })];
        return new EndpointSet(all, groups, [.. buckets.Select(bucket => (uint)loads[bucket.Priority] * bucket.Weight)])
        {
            SetAside = setAside,
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
        Part? part = null;
        Endpoint? previous = null;
        for (var index = 0; index < candidates.Length; index++)
        {
            var endpoint = candidates[index].Endpoint;

            // Neighbours mostly stand in one place.
            if (part is null || endpoint.Locality != previous!.Locality || PriorityOf(endpoint) != PriorityOf(previous)
                || (policy.ReadsLabels && !ReferenceEquals(endpoint.Labels, previous.Labels)))
            {
                part = PartFor(endpoint);
            }

            previous = endpoint;
            _partOf[index] = part;
            part.Total++;
            part.Available += isAvailable[index] ? 1 : 0;
            part.Broken += IsBroken(index) ? 1 : 0;
            part.Weight += EndpointWeights.WeightOf(candidates[index]);
        }
    }

    /// <summary>That of the endpoint, and within it what its source says of its place.</summary>
    private int PriorityOf(Endpoint endpoint) => (endpoint.Priority * 2) + (endpoint.IsForOthers && cluster.HeedsSource ? 1 : 0);

    private Part PartFor(Endpoint endpoint)
    {
        var key = (endpoint.Locality, policy.ReadsLabels ? (object)endpoint.Labels : null, Priority: PriorityOf(endpoint));
        for (var index = 0; index < MostCompared && index < _known.Count; index++)
        {
            var place = _first[index];
            if (place.Locality == key.Locality && ReferenceEquals(place.Labels, key.Item2) && place.Priority == key.Priority)
            {
                return place.Part;
            }
        }

        if (_known.TryGetValue(key, out var known))
        {
            return known;
        }

        var locality = Locality.Parse(endpoint.Locality);
        var distance = (key.Priority, policy.PriorityOf(endpoint, locality));
        var name = policy.GroupOf(locality);
        var part = _parts.Find(candidate => candidate.Distance == distance && candidate.Name == name);
        if (part is null)
        {
            part = new Part(distance, name, locality);
            _parts.Add(part);
        }

        if (_known.Count < MostCompared)
        {
            _first[_known.Count] = (key.Locality, key.Item2, key.Priority, part);
        }

        _known.Add(key, part);
        return part;
    }

    /// <summary>Each pattern's weight goes to the localities it takes, in proportion to what their endpoints weigh and rounded up.</summary>
    private void Distribute(KeyValuePair<LocalityPattern, int>[] distribution)
    {
        var left = _parts.ToList();
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
        for (var index = 0; index < candidates.Length; index++)
        {
            if (_partOf[index].Bucket is { } bucket && (bucket.TakesAll ? !IsBroken(index) : isAvailable[index]))
            {
                _partOf[index].AvailableWeight += EndpointWeights.WeightOf(candidates[index]);
                bucket.PartOf[bucket.Count] = _partOf[index];
                bucket.Members[bucket.Count++] = candidates[index];
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
            shares[index] = EndpointWeights.WeightOf(bucket.Members[index]) * ((double)place.Weight / total) / place.AvailableWeight;
        }

        return shares;
    }

    private bool IsBroken(int index) => isBroken is not null && isBroken[index];

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
        internal int Count;
    }
}
