using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Mesh.Client.Kubernetes.Reporting;

/// <summary>Has one process report, of all that would: whoever holds the Lease. Who fails to renew it loses it after <see cref="Duration"/>.</summary>
/// <remarks>As in client-go's leader election, an age is what this process has seen pass by, so that no clock of another counts. Two can both believe for a
/// moment that they hold it; what they write then is the same.</remarks>
internal sealed class ReportLease(ApiObjects objects, string @namespace, string identity, TimeProvider timeProvider)
{
    public const string Name = "mesh-client-findings";

    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(40);

    private string? _seen;
    private long _seenAt;

    private string Collection => $"apis/coordination.k8s.io/v1/namespaces/{@namespace}/leases";

    /// <summary>Takes the Lease where nobody holds it, and renews it where this process does.</summary>
    /// <returns>Whether this process holds it now.</returns>
    /// <exception cref="ReportException">The server does not let it be asked for.</exception>
    public async Task<bool> HoldAsync(CancellationToken cancellationToken)
    {
        var (status, lease) = await objects.SendAsync(HttpMethod.Get, $"{Collection}/{Name}", null, cancellationToken).ConfigureAwait(false);
        if (status == HttpStatusCode.NotFound)
        {
            var made = new JsonObject
            {
                ["apiVersion"] = "coordination.k8s.io/v1",
                ["kind"] = "Lease",
                ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = @namespace },
                ["spec"] = Taken(0),
            };
            return IsTaken((await objects.SendAsync(HttpMethod.Post, Collection, made, cancellationToken).ConfigureAwait(false)).Status, "create");
        }

        if (lease is not JsonObject || lease["spec"] is not JsonObject spec)
        {
            throw Refused(status, "get");
        }

        var holder = Text(spec["holderIdentity"]);
        if (holder != identity && holder is { Length: > 0 } && !IsAbandoned(Text(lease["metadata"]?["resourceVersion"])))
        {
            return false;
        }

        var transitions = spec["leaseTransitions"] is JsonValue count && count.TryGetValue<int>(out var number) ? number : 0;
        if (holder == identity)
        {
            spec["renewTime"] = Now();
        }
        else
        {
            lease["spec"] = Taken(transitions + 1);
        }

        // Its resourceVersion stands in it: of two who take it one is refused.
        return IsTaken((await objects.SendAsync(HttpMethod.Put, $"{Collection}/{Name}", lease, cancellationToken).ConfigureAwait(false)).Status, "update");
    }

    /// <summary>Lets another take it at once.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        var (_, lease) = await objects.SendAsync(HttpMethod.Get, $"{Collection}/{Name}", null, cancellationToken).ConfigureAwait(false);
        if (lease?["spec"] is JsonObject spec && Text(spec["holderIdentity"]) == identity)
        {
            spec["holderIdentity"] = "";
            await objects.SendAsync(HttpMethod.Put, $"{Collection}/{Name}", lease, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsAbandoned(string? version)
    {
        if (version != _seen || version is null)
        {
            (_seen, _seenAt) = (version, timeProvider.GetTimestamp());
            return false;
        }

        return timeProvider.GetElapsedTime(_seenAt) > Duration;
    }

    private JsonObject Taken(int transitions) => new()
    {
        ["holderIdentity"] = identity,
        ["leaseDurationSeconds"] = (int)Duration.TotalSeconds,
        ["acquireTime"] = Now(),
        ["renewTime"] = Now(),
        ["leaseTransitions"] = transitions,
    };

    private string Now() => MicroTime(timeProvider.GetUtcNow());

    internal static string MicroTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private bool IsTaken(HttpStatusCode status, string verb) => status switch
    {
        HttpStatusCode.OK or HttpStatusCode.Created => true,
        HttpStatusCode.Conflict => false,
        _ => throw Refused(status, verb),
    };

    private ReportException Refused(HttpStatusCode status, string verb) => new(
        $"the server answered {(int)status} to {verb} lease {Name} in namespace {@namespace}. Verbs get, create and update on leases.coordination.k8s.io are needed there.");
}
