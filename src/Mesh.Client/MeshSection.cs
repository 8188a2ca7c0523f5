using Microsoft.Extensions.Configuration;

namespace Mesh.Client;

/// <summary>The section that an application names in place of <c>Mesh</c>.</summary>
internal sealed record MeshSection(IConfigurationSection Section);
