namespace Mesh.Client.Model;

/// <summary>One label of <c>failoverPriority</c>, and the value that an endpoint must have to be as near as can be.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">As the rule writes it, else that of this client; empty where it has none.</param>
internal readonly record struct FailoverLabel(string Name, string Value);
