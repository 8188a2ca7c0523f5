using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.Resilience;

namespace Mesh.Client.Pipeline;

/// <summary>Tells how an attempt ended to all that learn from it.</summary>
internal static class CallFeedback
{
    /// <summary>The time of the call ran out in an attempt. Where the caller's own body fell silent no endpoint is to blame, nor where the time
    /// was that of an incoming request: its sender may be as impatient as he likes.</summary>
    public static void ReportTimeout(MeshCall call)
        => call.Report(call.Deadline!.Cause switch
        {
            DeadlineCause.Silence when call.Body is { IsBlocked: false } => CallOutcome.CallerCancelled,
            DeadlineCause.Inherited => CallOutcome.CallerCancelled,
            _ => CallOutcome.Timeout,
        });

    public static void Report(MeshCall call, in AttemptVerdict verdict, HttpResponseMessage? response, Exception? failure)
    {
        call.Report(verdict.Outcome, response);
        if (verdict.Outcome == CallOutcome.ConnectFailure)
        {
            if (ConnectFailureMark.Set(call.Endpoint!, call.Runtime.TimeProvider))
            {
                HealthChecker.Suspect(call.Cluster!, call.Endpoint!);
            }

            call.Runtime.Clusters.RefreshDiscovery(call.Cluster!);
        }
        else if (failure is null)
        {
            ConnectFailureMark.Clear(call.Endpoint!);
        }
    }
}
