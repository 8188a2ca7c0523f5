namespace Mesh.Client.Kubernetes.Services;

/// <summary>An endpoint of a slice. Equal to another that says the same.</summary>
/// <param name="Address">An IP address.</param>
/// <param name="Condition">Whether it is to be called.</param>
/// <param name="Pod">The name of its pod, in the slice's namespace; null for what is none.</param>
/// <param name="Node">Where it runs; null where that is not told.</param>
/// <param name="Zone">Of that node.</param>
/// <param name="ForZones">The zones whose callers it is for, as <see cref="TopologyHints"/> writes them; null: not told.</param>
/// <param name="ForNodes">The same of nodes.</param>
internal sealed record SliceMember(string Address, MemberCondition Condition, string? Pod, string? Node, string? Zone, string? ForZones = null, string? ForNodes = null);
