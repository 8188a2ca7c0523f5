using Mesh.Client.Model;

namespace Mesh.Client.Discovery;

/// <summary>The endpoints that stand in the rules.</summary>
internal sealed class StaticEndpointSource : IEndpointSource
{
    public ValueTask<EndpointAnswer> ResolveAsync(ServiceModel service, CancellationToken cancellationToken) => new(Answer(service));

    public static EndpointAnswer Answer(ServiceModel service) => new(service.Endpoints, Timeout.InfiniteTimeSpan)
    {
        IsEmptinessFinal = true,
        Explanation = $"The rules list no endpoints for {service.Name}.",
    };
}
