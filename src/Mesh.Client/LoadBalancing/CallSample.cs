using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>How one attempt went, for policies that learn from calls. Timestamps are of the <see cref="ActiveClock"/>.</summary>
/// <param name="Started">The timestamp at which it was sent.</param>
/// <param name="Ended">The timestamp at which its headers came, or at which it failed.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Response">Null where there was none.</param>
internal readonly record struct CallSample(long Started, long Ended, CallOutcome Outcome, HttpResponseMessage? Response);
