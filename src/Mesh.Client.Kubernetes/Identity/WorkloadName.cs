namespace Mesh.Client.Kubernetes.Identity;

/// <summary>The workload that made a pod, by the pod's name and labels: what controllers put behind it is taken off.</summary>
internal static class WorkloadName
{
    /// <summary>Letters and digits that a controller makes unique by.</summary>
    private const int RandomLength = 5;

    /// <param name="pod">The name of the pod.</param>
    /// <param name="labels">Its labels.</param>
    public static string Of(string pod, IReadOnlyDictionary<string, string> labels)
    {
        var dash = pod.LastIndexOf('-');
        if (dash <= 0)
        {
            return pod;
        }

        var (front, back) = (pod[..dash], pod[(dash + 1)..]);
        if (labels.TryGetValue("pod-template-hash", out var hash))
        {
            return back.Length == RandomLength && front.EndsWith("-" + hash, StringComparison.Ordinal) ? front[..^(hash.Length + 1)] : pod;
        }

        if (labels.ContainsKey("statefulset.kubernetes.io/pod-name"))
        {
            return back.All(char.IsAsciiDigit) ? front : pod;
        }

        // Daemon sets and jobs.
        return back.Length == RandomLength && (labels.ContainsKey("controller-revision-hash") || labels.ContainsKey("job-name") || labels.ContainsKey("batch.kubernetes.io/job-name"))
            ? front
            : pod;
    }
}
