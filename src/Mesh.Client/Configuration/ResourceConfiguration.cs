namespace Mesh.Client.Configuration;

/// <summary>One object of the rules: who it is and where it is written.</summary>
internal abstract record ResourceConfiguration
{
    public required ConfigurationNode Node { get; init; }

    /// <summary>Of an entry of <c>Mesh:Services</c> the kind is <c>Service</c>; an endpoint that stands in a ServiceEntry has that of the entry.</summary>
    public required ResourceMetadata Metadata { get; init; }
}
