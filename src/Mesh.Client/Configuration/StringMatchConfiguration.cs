namespace Mesh.Client.Configuration;

internal sealed record StringMatchConfiguration(StringMatchKind Kind, string Value, ConfigurationNode Node);
