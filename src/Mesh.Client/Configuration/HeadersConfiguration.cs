namespace Mesh.Client.Configuration;

/// <summary>The block <c>headers</c> of a rule or of a destination.</summary>
internal sealed record HeadersConfiguration
{
    public required ConfigurationNode Node { get; init; }

    public HeaderOperationsConfiguration Request { get; init; } = HeaderOperationsConfiguration.None;

    public HeaderOperationsConfiguration Response { get; init; } = HeaderOperationsConfiguration.None;

    /// <summary>The authority that <c>request.set</c> or <c>request.add</c> writes for <c>host</c>: no header, but another name for the call.</summary>
    public string? Authority { get; init; }
}
