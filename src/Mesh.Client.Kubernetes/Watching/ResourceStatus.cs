namespace Mesh.Client.Kubernetes.Watching;

/// <summary>What is to be shown of a watch.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Count">How many objects are known.</param>
/// <param name="Age">Time since the server last confirmed them; since the start where it never did.</param>
/// <param name="Failures">Attempts in a row that failed.</param>
/// <param name="Refused">Objects that could not be read, whose previous version is kept where there was one.</param>
/// <param name="Problem">The last failure; null while all is well.</param>
internal readonly record struct ResourceStatus(ResourceState State, int Count, TimeSpan Age, int Failures, int Refused, string? Problem);
