namespace Mesh.Client.Configuration;

/// <summary>The section as it is now. <paramref name="Section"/> is null where no provider has it, which differs from <c>{}</c>.</summary>
internal sealed record SectionReading(ConfigurationNode? Section, IReadOnlyList<MeshFinding> Findings);
