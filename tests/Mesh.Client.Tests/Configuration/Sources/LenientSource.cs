using Mesh.Client.Configuration;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Tests.Configuration.Sources;

/// <summary>A source that is optional at the start; without documents it fails.</summary>
internal sealed class LenientSource : IMeshConfigurationSource, IRuleSource
{
    public string Name => "lenient";

    public bool IsOptionalAtStart => true;

    public IReadOnlyList<MeshDocument>? Documents { get; set; }

    public IChangeToken GetChangeToken() => new CancellationChangeToken(CancellationToken.None);

    public IReadOnlyList<MeshDocument> Load() => Documents ?? throw new IOException("no route");

    public IReadOnlyList<SourceDocument> Read() => [.. Load().Select(SourceDocument.Of)];
}
