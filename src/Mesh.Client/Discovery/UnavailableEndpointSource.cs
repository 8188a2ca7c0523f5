using Mesh.Client.Model;

namespace Mesh.Client.Discovery;

/// <summary>Stands where a kind of discovery is not there, and says what to do.</summary>
internal sealed class UnavailableEndpointSource(string reason) : IEndpointSource
{
    public ValueTask<EndpointAnswer> ResolveAsync(ServiceModel service, CancellationToken cancellationToken) =>
        throw new DiscoveryException(
            $"The service {service.Name} asks for {service.Discovery} discovery: {reason} Its calls find no endpoint until the rules change.")
        {
            IsPermanent = true,
        };
}
