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
    {
        if (call.IsLateCopy)
        {
            SpareLate(call);
            return;
        }

        call.Report(call.Deadline!.Cause switch
        {
            DeadlineCause.Silence when call.Body is { IsBlocked: false } => CallOutcome.CallerCancelled,
            DeadlineCause.Inherited => CallOutcome.CallerCancelled,
            _ => CallOutcome.Timeout,
        });
    }

    /// <summary>The time of the attempt ran out, of which a copy had less than the whole: it is not to blame, and that its server took it is not known
    /// either.</summary>
    public static void SpareLate(MeshCall copy) => CallHedging.Observe(copy, CallOutcome.CallerCancelled);

    public static void Report(MeshCall call, in AttemptVerdict verdict, HttpResponseMessage? response, Exception? failure)
    {
        if (call.IsLateCopy && verdict == AttemptVerdict.TimedOut)
        {
            SpareLate(call);
            return;
        }

        call.Report(verdict.Outcome, response);
        if (verdict.Outcome == CallOutcome.ConnectFailure)
        {
            call.Runtime.OnConnectFailure(call.Cluster!, call.Endpoint!);
        }
        else if (failure is null)
        {
            ConnectFailureMark.Clear(call.Endpoint!);
        }
    }
}
