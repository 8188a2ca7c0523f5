namespace Mesh.Client.Discovery;

/// <summary>A service that a directory found in an earlier run of the process.</summary>
/// <param name="Document">By which it stood in the rules.</param>
/// <param name="Age">Time since its endpoints were last confirmed.</param>
internal sealed record RestoredHost(MeshDocument Document, TimeSpan Age);
