namespace Mesh.Client.Discovery;

/// <summary>Stands where a kind of discovery is not there, and says what to do.</summary>
internal sealed class UnavailableEndpointSource(string reason) : IEndpointSource
{
    public ValueTask<EndpointAnswer> ResolveAsync(EndpointQuestion question, CancellationToken cancellationToken) =>
        throw new DiscoveryException(
            $"The service {question.Service} asks for {question.Discovery} discovery: {reason} Its calls find no endpoint until the rules change.")
        {
            IsPermanent = true,
        };
}
