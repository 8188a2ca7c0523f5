namespace Mesh.Client.Health;

/// <summary>Why an endpoint went out of balance and how long it stays out; it comes back at the first look after that.</summary>
internal readonly record struct Ejection(string Reason, TimeSpan Duration);
