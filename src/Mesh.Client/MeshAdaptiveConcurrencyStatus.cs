namespace Mesh.Client;

/// <summary>What <c>adaptiveConcurrency</c> has found of a cluster, as it was when asked for. Immutable.</summary>
/// <param name="Limit">So many calls may be under way.</param>
/// <param name="ActiveRequests">Calls under way, from their admission to the end of their response bodies.</param>
/// <param name="MinRtt">The latency without load; zero before it was measured for the first time.</param>
/// <param name="SampleRtt">The latency of the last window that had answers; zero before the first.</param>
/// <param name="IsMeasuring">The latency without load is being measured, under the least limit.</param>
public sealed record MeshAdaptiveConcurrencyStatus(int Limit, int ActiveRequests, TimeSpan MinRtt, TimeSpan SampleRtt, bool IsMeasuring);
