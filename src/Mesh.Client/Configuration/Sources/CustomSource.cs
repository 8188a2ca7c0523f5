using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Configuration;

/// <summary>A source from outside, seen as a <see cref="IRuleSource"/>.</summary>
internal sealed class CustomSource(IMeshConfigurationSource source) : IRuleSource
{
    public string Name => source.Name;

    public bool IsRemote => true;

    public IChangeToken GetChangeToken() => source.GetChangeToken();

    public IReadOnlyList<SourceDocument> Read() => [.. source.Load().Select(SourceDocument.Of)];
}
