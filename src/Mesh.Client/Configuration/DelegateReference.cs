namespace Mesh.Client.Configuration;

/// <summary>The VirtualService whose rules stand in place of one rule. Without a namespace it is that of the rule.</summary>
internal sealed record DelegateReference(string Name, string? Namespace, ConfigurationNode Node);
