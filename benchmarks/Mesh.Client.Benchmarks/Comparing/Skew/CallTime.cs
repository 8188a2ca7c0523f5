namespace Mesh.Client.Benchmarks.Comparing.Skew;

/// <param name="Due">When the call was to be made, from the beginning of what is measured.</param>
/// <param name="Time">From the moment at which the call was due to its answer, or to its failure.</param>
/// <param name="IsFailed">Without an answer within the deadline, or with one that tells of a failure.</param>
internal readonly record struct CallTime(TimeSpan Due, TimeSpan Time, bool IsFailed);
