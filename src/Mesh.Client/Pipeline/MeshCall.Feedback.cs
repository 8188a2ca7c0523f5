using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Telemetry;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>What others hear of a call.</summary>
internal sealed partial class MeshCall
{
    /// <summary>Health and balance hear of an attempt: at its headers or its failure, and again if its body fails. Health's policy is the cluster's
    /// newest, since ejection is about now.</summary>
    public void Report(CallOutcome outcome, HttpResponseMessage? response = null)
    {
        EndLesson(outcome, response);
        if (Hedging is not null)
        {
            CallHedging.Observe(this, outcome);
        }

        if (_admission.IsHeld)
        {
            _admission.Report(Endpoint!, Runtime.CircuitBreakers, outcome, response, Runtime.TimeProvider.GetTimestamp(), Runtime.ActiveClock);
        }

        Runtime.OutlierDetector.Report(Cluster!, Endpoint!, outcome, response is null ? 0 : (int)response.StatusCode);
        if (Cluster!.HealthChecks is not null)
        {
            HealthChecker.OnCall(Cluster);
            if (response is not null && HealthProbe.SaysToFail(response))
            {
                Runtime.Clusters.HealthChecker.FailAtOnce(Cluster, Endpoint!, $"an answer to a call with {HealthProbe.FailHeader}");
            }
        }
    }

    private void EndLesson(CallOutcome outcome, HttpResponseMessage? response)
    {
        if (_isLearntFrom)
        {
            _isLearntFrom = false;
            Balancer!.End(Endpoint!, new(_sentAt, Runtime.ActiveClock.GetTimestamp(), outcome, response));
        }
    }

    /// <summary>Ends the span and counts the call; at the headers, as System.Net.Http does for its own, because ending a span while the
    /// caller reads the body would replace the caller's current one.</summary>
    public void StopTelemetry(int statusCode, Exception? exception) => Runtime.Telemetry.StopCall(Activity, new CallSummary
    {
        Host = Host.Host.Name,
        Rule = Rule?.Name,
        Subset = Cluster?.Key.Subset,
        SpanName = Activity is null ? null : Host.Host.SpanName(MeshTelemetry.KnownMethod(Request.Method)),
        Cluster = Activity is null ? null : Cluster?.Name,
        Endpoint = Policy.IsPassThrough ? null : Endpoint?.Endpoint.Address,
        Attempts = Attempts,
        Hedges = Hedges,
        Flags = Flags,
        RetryStop = RetryStopTexts.Of(RetryStop, BodyObstacle),
        StatusCode = statusCode,
        Exception = exception,
        Duration = Runtime.TimeProvider.GetElapsedTime(StartedAt),
    });
}
