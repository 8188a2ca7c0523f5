namespace Mesh.Client.Tests.Pipeline;

/// <summary>What becomes of one request.</summary>
/// <param name="After">Milliseconds; below zero never.</param>
/// <param name="Status">0: the connection breaks.</param>
internal sealed record HedgingAct(double After, int Status = 200)
{
    public static HedgingAct Never { get; } = new(-1);

    public bool HasRetryAfter { get; init; }

    /// <summary>The content of the answer throws where it is disposed of.</summary>
    public bool BreaksOnDisposal { get; init; }
}
