namespace Mesh.Client.Kubernetes.Services;

/// <summary>Which addresses belong to which pod: mostly one each, and one of each family in dual stack. A chain through the addresses themselves, since a
/// list for each of ten thousand pods would cost more than they do. Not for several threads.</summary>
internal sealed class PodAddresses
{
    private readonly Dictionary<string, MergedAddress> _first = new(StringComparer.Ordinal);

    /// <summary>The others follow by <see cref="MergedAddress.NextOfPod"/>; null where the pod has none.</summary>
    public MergedAddress? FirstOf(string pod) => _first.GetValueOrDefault(pod);

    /// <summary>It belongs to this pod from now on, or to none.</summary>
    public void Move(MergedAddress address, string? pod)
    {
        if (address.Pod is { } before)
        {
            TakeOut(address, before);
        }

        address.Pod = pod;
        if (pod is not null)
        {
            address.NextOfPod = FirstOf(pod);
            _first[pod] = address;
        }
    }

    private void TakeOut(MergedAddress address, string pod)
    {
        var next = address.NextOfPod;
        address.NextOfPod = null;
        if (_first[pod] is var previous && previous != address)
        {
            while (previous.NextOfPod != address)
            {
                previous = previous.NextOfPod!;
            }

            previous.NextOfPod = next;
        }
        else if (next is not null)
        {
            _first[pod] = next;
        }
        else
        {
            _first.Remove(pod);
        }
    }
}
