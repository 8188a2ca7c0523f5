using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client.Pipeline;

/// <summary>Where a copy goes: to an endpoint that the call has not tried and is not trying, in another zone than the first attempt if there is one.</summary>
internal static class HedgeTarget
{
    /// <summary>Picks by the cluster's policy before all endpoints are looked at. Of two zones that are equal one copy in sixteen looks.</summary>
    private const int MostPicks = 4;

    /// <summary>Null where there is no other endpoint.</summary>
    /// <param name="call">The call.</param>
    /// <param name="avoided">The endpoints that were tried and that are being tried.</param>
    /// <param name="first">The endpoint of the first attempt.</param>
    public static EndpointState? Pick(MeshCall call, ReadOnlySpan<EndpointState> avoided, EndpointState first)
    {
        var balancer = (Balancer)call.Cluster!.Balancer!;
        var endpoints = call.Cluster.Endpoints;
        var context = new PickContext(avoided, call.Runtime.TimeProvider) { Hash = call.Hash };
        var zone = ZoneOf(first);

        // A hash names one endpoint, whatever its zone, and the next one after it.
        var isAnywhere = zone.IsEmpty || call.Hash is not null;
        EndpointState? other = null;
        for (var pick = 0; pick < MostPicks; pick++)
        {
            if (balancer.Pick(endpoints, context) is not { } picked || Contains(avoided, picked))
            {
                break;
            }

            if (isAnywhere || IsElsewhere(picked, zone))
            {
                return picked;
            }

            other ??= picked;
        }

        return isAnywhere ? null : FindElsewhere(endpoints, avoided, zone, call.Runtime) ?? other;
    }

    /// <summary>Region and zone; empty where the endpoint tells of no place.</summary>
    private static ReadOnlySpan<char> ZoneOf(EndpointState endpoint)
    {
        var place = endpoint.Endpoint.Locality.AsSpan();
        var region = place.IndexOf('/');
        var zone = region < 0 ? -1 : place[(region + 1)..].IndexOf('/');
        return zone < 0 ? place : place[..(region + 1 + zone)];
    }

    private static bool IsElsewhere(EndpointState endpoint, ReadOnlySpan<char> zone)
        => ZoneOf(endpoint) is { IsEmpty: false } other && !other.SequenceEqual(zone);

    /// <summary>Beginning anywhere, since all calls of a zone in trouble come here.</summary>
    private static EndpointState? FindElsewhere(
        EndpointSet endpoints, ReadOnlySpan<EndpointState> avoided, ReadOnlySpan<char> zone, MeshRuntime runtime)
    {
        var now = runtime.TimeProvider.GetTimestamp();
        foreach (var group in endpoints.Groups)
        {
            var start = runtime.Random.Next(group.Endpoints.Length);
            for (var step = 0; step < group.Endpoints.Length; step++)
            {
                var endpoint = group.Endpoints[(start + step) % group.Endpoints.Length];
                if (IsElsewhere(endpoint, zone) && !Contains(avoided, endpoint) && endpoint.ConnectFailedUntil <= now)
                {
                    return endpoint;
                }
            }
        }

        return null;
    }

    private static bool Contains(ReadOnlySpan<EndpointState> endpoints, EndpointState endpoint)
    {
        foreach (var candidate in endpoints)
        {
            if (ReferenceEquals(candidate, endpoint))
            {
                return true;
            }
        }

        return false;
    }
}
