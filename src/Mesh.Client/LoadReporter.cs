using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Telemetry;
using Mesh.Client.Transport;
using Microsoft.Extensions.Logging;

namespace Mesh.Client;

/// <summary>Tells operators how servers are probed for their load, and whose reports cannot be used.</summary>
internal sealed partial class LoadReporter(MeshTelemetry telemetry, ILogger logger)
{
    public const string Category = "Mesh.Client.LoadBalancing";

    /// <summary>Messages in the life of the mesh: what stands before a service spoils the reports of all its servers alike.</summary>
    internal const int Limit = 100;

    private int _told;

    public void Connect(ClusterManager clusters)
    {
        clusters.LoadReportRefused += OnRefused;
        clusters.LoadProbed += OnProbed;
    }

    private void OnProbed(ClusterState cluster, LoadProbeOutcome outcome) => telemetry.CountLoadProbe(cluster.Key.Service, cluster.Key.Subset, outcome switch
    {
        LoadProbeOutcome.Answered => "answered",
        LoadProbeOutcome.NoReport => "no_report",
        _ => "failed",
    });

    private void OnRefused(ClusterState cluster, EndpointState endpoint, LoadReportState state, string text)
    {
        var fault = state switch
        {
            LoadReportState.Repeated => "repeated",
            LoadReportState.OutOfRange => "out_of_range",
            _ => "malformed",
        };
        telemetry.CountRefusedLoadReport(cluster.Key.Service, cluster.Key.Subset, fault);
        if (Volatile.Read(ref _told) < Limit
            && logger.IsEnabled(LogLevel.Warning)
            && EndpointLoad.Of(endpoint).TellsOfRefusal()
            && Interlocked.Increment(ref _told) <= Limit)
        {
            Log.Refused(logger, EndpointAuthority.Describe(endpoint.Endpoint, cluster), cluster.Key.ToString(), FindingSink.Quote(text), fault);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            EventIds.LoadBalancing, LogLevel.Warning,
            "{Endpoint} of {Cluster} reports its load as {Value}, which is {Fault} and not used. Allowed is one header x-mesh-load: rif=R;latency=L with "
            + "whole numbers, R up to 1000000 and L up to 3600000000 (microseconds), as UseMesh() writes it; see what writes or changes the header. This is "
            + "told once for each endpoint.", EventName = "LoadReportRefused")]
        public static partial void Refused(ILogger logger, string endpoint, string cluster, string value, string fault);
    }
}
