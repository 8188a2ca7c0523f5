using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.Resilience;

namespace Mesh.Client.Pipeline;

/// <summary>Tells how an attempt ended to all that learn from it.</summary>
internal static class CallFeedback
{
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
