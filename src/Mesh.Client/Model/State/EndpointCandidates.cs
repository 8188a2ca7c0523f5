namespace Mesh.Client.Model;

/// <summary>Those of a cluster's endpoints among whom a set is to choose.</summary>
/// <param name="Endpoints">The candidates.</param>
/// <param name="Traits">Of the candidates.</param>
/// <param name="All">All endpoints of the cluster.</param>
/// <param name="TraitsOfAll">Of all.</param>
/// <param name="SetAside">Those that are no candidates.</param>
internal sealed record EndpointCandidates(
    EndpointState[] Endpoints, EndpointTraits Traits, EndpointState[] All, EndpointTraits TraitsOfAll, EndpointState[] SetAside)
{
    public static EndpointCandidates Everybody(EndpointState[] all, EndpointTraits traits) => new(all, traits, all, traits, []);

    public static EndpointCandidates WithoutDraining(EndpointState[] all, EndpointTraits traits) => new(
        traits.LeaveOut(all, EndpointTraits.Draining), traits.LeaveOut(EndpointTraits.Draining), all, traits, traits.Pick(all, EndpointTraits.Draining));
}
