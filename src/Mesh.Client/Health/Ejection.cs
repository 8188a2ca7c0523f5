namespace Mesh.Client.Health;

/// <summary>Why an endpoint went out of balance and how long it stays out.</summary>
/// <param name="Reason">What it did, for operators.</param>
/// <param name="Duration">It comes back at the first look after that; null: when an operator says so.</param>
internal readonly record struct Ejection(string Reason, TimeSpan? Duration);
