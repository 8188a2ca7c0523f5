using Mesh.Client.Discovery;

namespace Mesh.Client.Diagnostics;

/// <summary>A cluster as lines.</summary>
internal static class ClusterText
{
    /// <summary>More would hide what else there is to read; the explanation has them all.</summary>
    private const int MostEndpoints = 20;

    public static void Write(IndentedText text, MeshClusterExplanation cluster)
    {
        var labels = cluster.SubsetLabels.Count == 0 ? "" : $", endpoints with {Wording.Labels(cluster.SubsetLabels)}";
        text.Line($"cluster {cluster.Name}{labels}");
        text.Line(cluster.DestinationRules is { } rules ? $"policy of {rules}:" : "policy, by default since no DestinationRule names the service:");
        text.Indented(cluster.Settings, setting => text.Line(setting.ToString()));
        if (cluster.IsPassThrough)
        {
            text.Line("calls go to the address they are written to, by the client's own handler; no endpoint is picked");
        }

        text.Line($"endpoints, discovery {cluster.Discovery}: {Discovery(cluster)}");
        using (text.Indent())
        {
            if (cluster.Groups.Any(group => group.Locality is not null))
            {
                text.Indented(cluster.Groups, group => text.Line(Describe(group)));
            }

            foreach (var endpoint in cluster.Endpoints.Take(MostEndpoints))
            {
                text.Line(Describe(endpoint, cluster.WasCalled));
            }

            if (cluster.Endpoints.Count > MostEndpoints)
            {
                text.Line($"and {Wording.Number(cluster.Endpoints.Count - MostEndpoints)} more");
            }
        }
    }

    private static string Discovery(MeshClusterExplanation cluster)
    {
        var count = cluster.Endpoints.Count(endpoint => endpoint.EjectedFor is not null) is > 0 and var ejected
            ? $"{Wording.Number(cluster.Endpoints.Count)}, {Wording.Number(ejected)} ejected"
            : Wording.Number(cluster.Endpoints.Count);
        var state = cluster.DiscoveryState is { } known ? $", {known}, {Age(known, Wording.Duration(cluster.DiscoveryAge.GetValueOrDefault()))}" : "";
        var called = cluster.WasCalled ? "" : cluster is { DiscoveryState: null, Discovery: not "Static" }
            ? ", not called yet: the first call looks them up"
            : ", not called yet";
        var problem = cluster.DiscoveryProblem is null ? "" : $", {cluster.DiscoveryProblem}";
        var panic = cluster.IsPanicking ? ", too few are healthy, so all are used" : "";
        var trap = cluster.IsEjectionImpossible ? ", too few for maxEjectionPercent to eject any" : "";
        return $"{count}{state}{called}{problem}{panic}{trap}";
    }

    /// <summary>Addresses may be known for far longer than the last answer that confirmed them is old.</summary>
    private static string Age(string state, string age) => state == nameof(DiscoveryState.Failed) ? $"no answer for {age}" : $"confirmed {age} ago";

    private static string Describe(MeshGroupExplanation group)
    {
        var place = group switch
        {
            { IsPanicking: true } => "everywhere, since too few are healthy",
            { Locality: null or "" } => "no known place",
            _ => group.Locality,
        };
        return $"{Wording.Percent(group.Share)} to priority {Wording.Number(group.Priority)}, {place}: {Wording.Number(group.Endpoints)}";
    }

    private static string Describe(MeshEndpointExplanation endpoint, bool wasCalled)
    {
        var labels = endpoint.Labels.Count == 0 ? "" : $" {Wording.Labels(endpoint.Labels)}";
        var weight = endpoint.Weight == 1 ? "" : $" weight {Wording.Number(endpoint.Weight)}";
        var locality = endpoint.Locality is null ? "" : $" in {endpoint.Locality}";
        var hint = endpoint.IsForOthers ? " for callers elsewhere" : "";
        return $"{endpoint.Address}{labels}{locality}{weight}{hint}{(wasCalled ? $": {Health(endpoint)}, {Wording.Number(endpoint.InFlight)} in flight" : "")}";
    }

    private static string Health(MeshEndpointExplanation endpoint) => endpoint switch
    {
        { IsDraining: true, Priority: null, FailedHealthCheck: null, EjectedFor: null } => "draining, gets no new calls",
        { FailedHealthCheck: { } reason, EjectedFor: null } => $"fails its health check ({reason})",
        { FailedHealthCheck: { } reason } => $"fails its health check ({reason}) and is ejected",
        { EjectedFor: { Ticks: long.MaxValue } } => "ejected by hand until it is returned",
        { EjectedFor: { Ticks: > 0 } left, IsEjectedByHand: true } => $"ejected by hand for {Wording.Duration(left)} more at least",
        { EjectedFor: { Ticks: > 0 } left } => $"ejected for {Wording.Duration(left)} more at least",
        { EjectedFor: not null } => "ejected, back at the next look",
        { CircuitBreaker: MeshCircuitState.Open } => "kept away by its open circuit breaker",
        { CircuitBreaker: MeshCircuitState.HalfOpen } => "with a call on trial by its circuit breaker",
        { AvoidedFor: { } left } => $"avoided for {Wording.Duration(left)} more, no connection could be made",
        { WarmedUp: { } part } => $"healthy, warming up with {Wording.Percent(100 * part)} of its share",
        { IsDraining: true } => "draining, called since no other can be",
        _ => "healthy",
    };
}
