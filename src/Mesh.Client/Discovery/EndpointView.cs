using Mesh.Client.Model;

namespace Mesh.Client.Discovery;

/// <summary>What a watcher serves, as one object.</summary>
/// <param name="Endpoints">Without duplicates, in the source's order.</param>
/// <param name="State">How much they are to be believed.</param>
/// <param name="ConfirmedAt">The timestamp of the last answer that confirmed them.</param>
/// <param name="Problem">The last failure or empty answer.</param>
/// <param name="EmptyAnswers">Empty answers in a row.</param>
/// <param name="Definition">The service as it was when the source answered.</param>
internal sealed record EndpointView(
    IReadOnlyList<Endpoint> Endpoints,
    DiscoveryState State,
    long ConfirmedAt,
    string? Problem = null,
    int EmptyAnswers = 0,
    ServiceModel? Definition = null)
{
    /// <summary>More than any service has; a source that answers more has gone wrong or is hostile, and must not exhaust the process.</summary>
    public const int MaximumEndpoints = 100_000;

    /// <summary>Up to so many may join, or leave side by side, before hashing all of them is the faster way.</summary>
    private const int MostStrangers = 4;

    /// <summary>The view after <paramref name="answer"/> of a source about <paramref name="definition"/>.</summary>
    public EndpointView After(EndpointAnswer answer, ServiceModel definition, long now)
    {
        // What is known from before counts only as far as it is about the same question.
        var known = ReferenceEquals(Definition, definition) ? Endpoints : [];
        if (answer.Endpoints.Count > 0)
        {
            var endpoints = Select(answer, Endpoints, known);
            return new EndpointView(IsSame(endpoints) ? Endpoints : endpoints, DiscoveryState.Known, now, Definition: definition);
        }

        if (known.Count > 0 && !answer.IsEmptinessFinal && EmptyAnswers + 1 < RefreshSchedule.EmptyAnswersBelieved)
        {
            return this with { State = DiscoveryState.Stale, Problem = answer.Explanation, EmptyAnswers = EmptyAnswers + 1 };
        }

        return new EndpointView([], DiscoveryState.Empty, now, answer.Explanation, EmptyAnswers + 1, definition);
    }

    /// <summary>The view after a failure: what is known stays known.</summary>
    public EndpointView After(string failure) =>
        this with { State = Endpoints.Count > 0 ? DiscoveryState.Stale : DiscoveryState.Failed, Problem = failure };

    /// <param name="answer">What the source says.</param>
    /// <param name="shown">What is served now, whatever it is the answer to.</param>
    /// <param name="known">What an incomplete answer leaves as it is.</param>
    private static List<Endpoint> Select(EndpointAnswer answer, IReadOnlyList<Endpoint> shown, IReadOnlyList<Endpoint> known)
    {
        if (answer.LeavesOpen is null && Follow(answer.Endpoints, shown) is { } followed)
        {
            return followed;
        }

        var endpoints = new List<Endpoint>(answer.Endpoints.Count);
        var seen = new HashSet<string>(answer.Endpoints.Count, StringComparer.Ordinal);
        foreach (var endpoint in answer.Endpoints)
        {
            Add(endpoint);
        }

        if (answer.LeavesOpen is { } leavesOpen)
        {
            foreach (var endpoint in known)
            {
                if (leavesOpen(endpoint))
                {
                    Add(endpoint);
                }
            }
        }

        return endpoints;

        void Add(Endpoint endpoint)
        {
            if (endpoints.Count < MaximumEndpoints && seen.Add(endpoint.Address))
            {
                endpoints.Add(endpoint);
            }
        }
    }

    /// <summary>The way of an ordinary change: the answer goes along what is known but for a few that left or joined. Nothing is hashed, and what
    /// did not change stays the same object. Null where the answer is too different, too long, or may name one address twice.</summary>
    private static List<Endpoint>? Follow(IReadOnlyList<Endpoint> answer, IReadOnlyList<Endpoint> known)
    {
        if (known.Count == 0 || answer.Count > MaximumEndpoints)
        {
            return null;
        }

        var endpoints = new List<Endpoint>(answer.Count);
        var joined = 0;
        var next = 0;
        foreach (var endpoint in answer)
        {
            var place = next;
            while (place < known.Count && place <= next + MostStrangers && known[place].Address != endpoint.Address)
            {
                place++;
            }

            if (place < known.Count && place <= next + MostStrangers)
            {
                endpoints.Add(IsSame(known[place], endpoint) ? known[place] : endpoint);
                next = place + 1;
                continue;
            }

            // What goes along is in the order of what is known, so it names nothing twice; one that joins is looked for everywhere.
            if (++joined > MostStrangers || Contains(known, endpoint.Address) || Contains(endpoints, endpoint.Address))
            {
                return null;
            }

            endpoints.Add(endpoint);
        }

        return endpoints;
    }

    private static bool Contains(IReadOnlyList<Endpoint> endpoints, string address)
    {
        for (var index = 0; index < endpoints.Count; index++)
        {
            if (endpoints[index].Address == address)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsSame(List<Endpoint> endpoints)
    {
        if (endpoints.Count != Endpoints.Count)
        {
            return false;
        }

        for (var index = 0; index < endpoints.Count; index++)
        {
            if (endpoints[index].Address != Endpoints[index].Address || !IsSame(endpoints[index], Endpoints[index]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Of two descriptions of one address. Labels are compared by reference: equal ones of other rules cost one needless update, which
    /// changes nothing.</summary>
    private static bool IsSame(Endpoint left, Endpoint right) => ReferenceEquals(left, right)
        || (ReferenceEquals(left.Labels, right.Labels) && left.Weight == right.Weight && left.Locality == right.Locality
            && left.ServicePorts.AsSpan().SequenceEqual(right.ServicePorts));
}
