using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>Endpoints as rules write them. Whatever is as it was before stays the same object, so that an edit of one among thousands is seen
/// as that by whoever compares references.</summary>
internal sealed class EndpointReader
{
    private readonly LabelSets _labels = new();

    /// <param name="written">As written. What is no address was told by validation and is left out, as is what was named before.</param>
    /// <param name="previous">The endpoints of the same service in the snapshot before.</param>
    public IReadOnlyList<Endpoint> Read(IReadOnlyList<EndpointConfiguration> written, IReadOnlyList<Endpoint> previous)
    {
        var endpoints = new List<Endpoint>(written.Count);
        var seen = new HashSet<Endpoint>(written.Count, EndpointComparer.Instance);
        Dictionary<string, int>? places = null;
        var isSame = true;
        var next = 0;
        for (var index = 0; index < written.Count; index++)
        {
            var place = PlaceOf(written[index].Address, previous, next, ref places);
            var known = place < 0 ? null : previous[place];
            next = place < 0 ? next : place + 1;
            if (known is not null && IsSame(written[index], known))
            {
                // As it was.
            }
            else if (EndpointAddress.TryParse(written[index].Address, out var parsed))
            {
                known = parsed with
                {
                    Labels = _labels.Get(written[index].Labels),
                    Locality = written[index].Locality,
                    Weight = WeightOf(written[index]),
                    ServicePorts = [.. written[index].ServicePorts],
                };
            }
            else
            {
                continue;
            }

            if (seen.Add(known))
            {
                isSame &= endpoints.Count < previous.Count && ReferenceEquals(known, previous[endpoints.Count]);
                endpoints.Add(known);
            }
        }

        return isSame && endpoints.Count == previous.Count ? previous : endpoints;
    }

    /// <summary>Where the address stood before: mostly after the one before it. Below zero: nowhere, or it was written in another way.</summary>
    private static int PlaceOf(string address, IReadOnlyList<Endpoint> previous, int next, ref Dictionary<string, int>? places)
    {
        if (next < previous.Count && previous[next].Address == address)
        {
            return next;
        }

        places ??= PlacesOf(previous);
        return places.TryGetValue(address, out var found) ? found : -1;
    }

    private static Dictionary<string, int> PlacesOf(IReadOnlyList<Endpoint> previous)
    {
        var places = new Dictionary<string, int>(previous.Count, StringComparer.Ordinal);
        for (var place = 0; place < previous.Count; place++)
        {
            places.TryAdd(previous[place].Address, place);
        }

        return places;
    }

    private static bool IsSame(EndpointConfiguration written, Endpoint known)
        => WeightOf(written) == known.Weight && written.Locality == known.Locality
            && IsSame(written.ServicePorts, known.ServicePorts) && LabelSets.IsSame(written.Labels, known.Labels);

    private static bool IsSame(IReadOnlyList<int> written, int[] known)
        => written.Count == known.Length && (known.Length == 0 || written.SequenceEqual(known));

    private static int WeightOf(EndpointConfiguration written) => Math.Max(1, written.Weight);
}
