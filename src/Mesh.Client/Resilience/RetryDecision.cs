using Mesh.Client.Model;

namespace Mesh.Client.Resilience;

/// <summary>What the way an attempt ended means for the next one.</summary>
/// <param name="Matched">The conditions of the policy that hold; None where no further attempt is called for.</param>
/// <param name="Stop">What keeps it from happening all the same.</param>
internal readonly record struct RetryDecision(RetryConditions Matched, MeshRetryStopReason Stop)
{
    public bool IsDue => Matched != RetryConditions.None;

    /// <summary>The most telling of the conditions, as a fixed text for metrics.</summary>
    public string Reason => RetryConditionTexts.Describe(Matched);
}
