using System.Diagnostics;

namespace Mesh.Client.Telemetry;

/// <summary>What is counted, one by one.</summary>
internal sealed partial class MeshTelemetry
{
    /// <summary>An attempt is sent again; <paramref name="reason"/> is a fixed text such as <c>connect-failure</c>.</summary>
    public void CountRetry(string host, string reason)
    {
        if (_retries.Enabled)
        {
            _retries.Add(1, new(TelemetryTags.Host, host), new KeyValuePair<string, object?>(TelemetryTags.Reason, reason));
        }
    }

    /// <summary>A retry was due and not sent; <paramref name="reason"/> is a fixed text such as <c>exhausted</c>.</summary>
    public void CountStoppedRetry(string host, string reason)
    {
        if (_stoppedRetries.Enabled)
        {
            _stoppedRetries.Add(1, new(TelemetryTags.Host, host), new KeyValuePair<string, object?>(TelemetryTags.RetryStop, reason));
        }
    }

    /// <summary>A copy of a late attempt has ended, or was not sent; <paramref name="result"/> is a fixed text.</summary>
    public void CountHedge(string host, string result)
    {
        if (_hedges.Enabled)
        {
            _hedges.Add(1, new(TelemetryTags.Host, host), new KeyValuePair<string, object?>(TelemetryTags.HedgeResult, result));
        }
    }

    /// <summary>A response was neither read nor disposed.</summary>
    public void CountLeakedResponse(string host)
    {
        if (_leaked.Enabled)
        {
            _leaked.Add(1, new KeyValuePair<string, object?>(TelemetryTags.Host, host));
        }
    }

    /// <summary>A document of rules changed and was taken over, or refused with its last good rules staying.</summary>
    public void CountReload(bool accepted)
    {
        if (_reloads.Enabled)
        {
            _reloads.Add(1, new KeyValuePair<string, object?>(TelemetryTags.Result, accepted ? "accepted" : "refused"));
        }
    }

    /// <summary>A look-up of endpoints failed; <paramref name="host"/> is the fully qualified service.</summary>
    public void CountDiscoveryFailure(string host)
    {
        if (_discoveryFailures.Enabled)
        {
            _discoveryFailures.Add(1, new KeyValuePair<string, object?>(TelemetryTags.Host, host));
        }
    }

    /// <summary>Outlier detection took an endpoint of the cluster out of balance; <paramref name="host"/> is the fully qualified service.</summary>
    public void CountEjection(string host, string? subset)
    {
        if (!_ejections.Enabled)
        {
            return;
        }

        var tags = new TagList { { TelemetryTags.Host, host } };
        if (subset is not null)
        {
            tags.Add(TelemetryTags.Subset, subset);
        }

        _ejections.Add(1, tags);
    }

    /// <summary>An endpoint of the cluster was asked whether it is well; <paramref name="host"/> is the fully qualified service.</summary>
    public void CountHealthCheck(string host, string? subset, bool hasPassed)
    {
        if (_healthChecks.Enabled)
        {
            _healthChecks.Add(1, TagsOf(host, subset, TelemetryTags.HealthCheckResult, hasPassed ? "passed" : "failed"));
        }
    }

    /// <summary>A copy of a call was sent to a mirror, or was not; <paramref name="result"/> is a fixed text.</summary>
    public void CountMirror(string host, string result)
    {
        if (_mirrors.Enabled)
        {
            _mirrors.Add(1, new(TelemetryTags.Host, host), new KeyValuePair<string, object?>(TelemetryTags.MirrorResult, result));
        }
    }

    /// <summary>An incoming request has a deadline that is none; <paramref name="header"/> is the name of the header.</summary>
    public void CountIgnoredDeadline(string header)
    {
        if (_ignoredDeadlines.Enabled)
        {
            _ignoredDeadlines.Add(1, new KeyValuePair<string, object?>(TelemetryTags.DeadlineHeader, header));
        }
    }

    /// <summary>A server of the cluster was asked for its load beside the calls; <paramref name="result"/> is a fixed text.</summary>
    public void CountLoadProbe(string host, string? subset, string result)
    {
        if (_loadProbes.Enabled)
        {
            _loadProbes.Add(1, TagsOf(host, subset, TelemetryTags.LoadProbeResult, result));
        }
    }

    /// <summary>A server's report on its load could not be used; <paramref name="host"/> is the fully qualified service, <paramref name="fault"/> a
    /// fixed text.</summary>
    public void CountRefusedLoadReport(string host, string? subset, string fault)
    {
        if (_refusedLoadReports.Enabled)
        {
            _refusedLoadReports.Add(1, TagsOf(host, subset, TelemetryTags.LoadReportFault, fault));
        }
    }

    private static TagList TagsOf(string host, string? subset, string tag, string value)
    {
        var tags = new TagList { { TelemetryTags.Host, host }, { tag, value } };
        if (subset is not null)
        {
            tags.Add(TelemetryTags.Subset, subset);
        }

        return tags;
    }
}
