namespace Mesh.Client.Discovery;

/// <summary>The endpoints that stand in the rules.</summary>
internal sealed class StaticEndpointSource : IEndpointSource
{
    public ValueTask<EndpointAnswer> ResolveAsync(EndpointQuestion question, CancellationToken cancellationToken) => new(Answer(question));

    public static EndpointAnswer Answer(EndpointQuestion question) => new(question.Listed, Timeout.InfiniteTimeSpan)
    {
        IsEmptinessFinal = true,
        Explanation = $"The rules list no endpoints for {question.Service}.",
    };
}
