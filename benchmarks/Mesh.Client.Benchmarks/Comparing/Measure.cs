namespace Mesh.Client.Benchmarks.Comparing;

/// <summary>What is counted per call.</summary>
internal enum Measure
{
    Nanoseconds,
    Bytes,

    /// <summary>Processor time of the whole process, in nanoseconds.</summary>
    Processor,
}
