using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;

namespace Mesh.Client.Telemetry;

/// <summary>The mesh's meter and activity source, both named <c>Mesh.Client</c>.</summary>
internal sealed partial class MeshTelemetry : IDisposable
{
    public const string Name = "Mesh.Client";

    /// <summary>The name of the span at its start, which samplers see; the host is known at its end.</summary>
    public const string CallActivityName = "Mesh.Client.Call";

    // The boundaries of http.client.request.duration, so that both can be drawn over each other.
    private static readonly InstrumentAdvice<double> DurationAdvice =
        new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] };

    // Status codes and counts of attempts.
    private static readonly object?[] Boxed = new object?[600];

    private readonly Meter? _ownMeter;
    private readonly ActivitySource _source;
    private readonly ActivitySource _attempts;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _stoppedRetries;
    private readonly Counter<long> _hedges;
    private readonly Counter<long> _leaked;
    private readonly Counter<long> _reloads;
    private readonly Counter<long> _discoveryFailures;
    private readonly Counter<long> _ejections;
    private readonly Counter<long> _healthChecks;
    private readonly Counter<long> _mirrors;
    private readonly Counter<long> _ignoredDeadlines;
    private readonly Counter<long> _loadProbes;
    private readonly Counter<long> _refusedLoadReports;
    private Func<IEnumerable<PoolMeasurement>>? _pools;

    /// <param name="meterFactory">Owns the meter; null makes one that lives as long as this object.</param>
    public MeshTelemetry(IMeterFactory? meterFactory = null)
    {
        var options = new MeterOptions(Name) { Version = Version };
        var meter = meterFactory?.Create(options) ?? (_ownMeter = new Meter(options));
        _source = new ActivitySource(Name, Version);
        // Nothing is started here; it tells whether anybody listens to the spans of attempts.
        _attempts = new ActivitySource("System.Net.Http");

        _duration = meter.CreateHistogram(
            "mesh.client.call.duration", "s", "Duration of calls through the mesh, all attempts and waits included.", tags: null, DurationAdvice);
        _retries = meter.CreateCounter<long>("mesh.client.retries", "{retry}", "Attempts beyond the first of a call.");
        _stoppedRetries = meter.CreateCounter<long>("mesh.client.retries.stopped", "{call}", "Calls whose last attempt called for another one that was not sent.");
        _hedges = meter.CreateCounter<long>("mesh.client.hedges", "{request}", "Copies of attempts that were late, sent or dropped.");
        _leaked = meter.CreateCounter<long>("mesh.client.responses.leaked", "{response}", "Responses that were neither read nor disposed.");
        _reloads = meter.CreateCounter<long>("mesh.client.configuration.reloads", "{reload}", "Documents of rules that changed, taken over or refused.");
        _discoveryFailures = meter.CreateCounter<long>(
            "mesh.client.discovery.failures", "{failure}", "Failed look-ups of endpoints; those known before stay in use.");
        _ejections = meter.CreateCounter<long>("mesh.client.ejections", "{ejection}", "Endpoints taken out of balance by outlier detection or by hand.");
        _healthChecks = meter.CreateCounter<long>("mesh.client.health_checks", "{check}", "Active health checks of endpoints, passed or failed.");
        _mirrors = meter.CreateCounter<long>("mesh.client.mirrors", "{request}", "Copies of calls for mirrors, sent or dropped.");
        _ignoredDeadlines = meter.CreateCounter<long>(
            "mesh.client.deadlines.ignored", "{request}", "Incoming requests whose deadline could not be used.");
        _loadProbes = meter.CreateCounter<long>("mesh.client.load_probes", "{probe}", "Servers asked for their load beside calls, with an answer or without.");
        _refusedLoadReports = meter.CreateCounter<long>(
            "mesh.client.load_reports.refused", "{report}", "Reports of servers on their load that could not be used.");
        Limits = new LimitTelemetry(meter);
        meter.CreateObservableUpDownCounter(
            "mesh.client.pool.calls", MeasurePools, "{call}", "Calls that hold or wait for a connection of a cluster with limits.");
    }

    /// <summary>The version of the package, without the commit.</summary>
    public static string Version { get; } =
        typeof(MeshTelemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? string.Empty;

    /// <summary>What limits beyond Istio's words do.</summary>
    public LimitTelemetry Limits { get; }

    /// <summary>Who tells, when somebody measures, what calls hold of limits. Forgotten at the end: a meter may outlive the mesh.</summary>
    public void ObservePools(Func<IEnumerable<PoolMeasurement>> pools) => Volatile.Write(ref _pools, pools);

    /// <summary>The span of a whole call, above System.Net.Http's span per attempt; null where nobody listens.</summary>
    /// <remarks>It becomes <see cref="Activity.Current"/>: start and stop it in one async method, before <see cref="ContextPropagator.BeginCall"/>.</remarks>
    public Activity? StartCall(HttpRequestMessage request)
    {
        if (_source.HasListeners())
        {
            // Without an Activity that could carry a trace the captured context is the parent; the default context means Activity.Current.
            var parent = Activity.Current is not { IdFormat: ActivityIdFormat.W3C } && IncomingContext.Current is { } incoming ? incoming.ParentContext : default;
            // Not of kind Client: that is the span of an attempt, and there must be one per request on the wire.
            if (_source.StartActivity(CallActivityName, ActivityKind.Internal, parent) is { } activity)
            {
                activity.DisplayName = KnownMethod(request.Method);
                return activity;
            }
        }

        return StartBridge();
    }

    /// <summary>System.Net.Http makes a span for the attempts of a call that begins now.</summary>
    public bool AreAttemptsTraced => Activity.Current is not null || _attempts.HasListeners();

    /// <summary>Somebody listens to the durations of calls.</summary>
    public bool AreCallsCounted => _duration.Enabled;

    /// <summary>Ends the span and counts the call. No allocation where nobody listens.</summary>
    public void StopCall(Activity? activity, in CallSummary summary)
    {
        try
        {
            if (_duration.Enabled)
            {
                RecordDuration(summary);
            }
        }
        finally
        {
            // Also where a listener of the application throws: the caller's own Activity must become current again.
            if (activity is not null)
            {
                Stop(activity, summary);
            }
        }
    }

    private static void Stop(Activity activity, in CallSummary summary)
    {
        if (activity.IsAllDataRequested)
        {
            Describe(activity, summary);
        }

        activity.Stop();
    }

    public void Dispose()
    {
        Volatile.Write(ref _pools, null);
        Limits.Observe(null);
        _ownMeter?.Dispose();
        _source.Dispose();
        _attempts.Dispose();
    }

    private List<Measurement<int>> MeasurePools()
    {
        var measurements = new List<Measurement<int>>();
        foreach (var pool in Volatile.Read(ref _pools)?.Invoke() ?? [])
        {
            measurements.Add(Measure(pool, pool.Active, "active"));
            measurements.Add(Measure(pool, pool.Pending, "pending"));
            measurements.Add(Measure(pool, pool.Retrying, "retrying"));
        }

        return measurements;

        static Measurement<int> Measure(in PoolMeasurement pool, int calls, string state)
        {
            var tags = new TagList { { TelemetryTags.Host, pool.Host }, { TelemetryTags.PoolState, state } };
            if (pool.Subset is not null)
            {
                tags.Add(TelemetryTags.Subset, pool.Subset);
            }

            return new Measurement<int>(calls, tags);
        }
    }

    /// <summary>Where only the spans of attempts are listened to and no Activity carries the incoming trace, an unrecorded one stands in:
    /// else each attempt would begin a trace of its own.</summary>
    private Activity? StartBridge()
    {
        if (!_attempts.HasListeners() || Activity.Current is { IdFormat: ActivityIdFormat.W3C } || IncomingContext.Current is not { TraceParent: not null } incoming)
        {
            return null;
        }

        var parent = incoming.ParentContext;
        return new Activity(CallActivityName) { IsAllDataRequested = false, TraceStateString = parent.TraceState }
            .SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags)
            .Start();
    }

    private void RecordDuration(in CallSummary summary)
    {
        var tags = new TagList
        {
            { TelemetryTags.Host, summary.Host },
            { TelemetryTags.MetricFlags, MeshResponseFlagsText.ToText(summary.Flags) },
        };
        if (summary.Subset is not null)
        {
            tags.Add(TelemetryTags.Subset, summary.Subset);
        }

        if (summary.Rule is not null)
        {
            tags.Add(TelemetryTags.Rule, summary.Rule);
        }

        if (summary.StatusCode != 0)
        {
            tags.Add(TelemetryTags.StatusCode, Box(summary.StatusCode));
        }

        _duration.Record(summary.Duration.TotalSeconds, tags);
    }

    private static void Describe(Activity activity, in CallSummary summary)
    {
        activity.DisplayName = summary.SpanName ?? string.Concat(activity.DisplayName, " ", summary.Host);
        activity.SetTag(TelemetryTags.Host, summary.Host);
        activity.SetTag(TelemetryTags.Rule, summary.Rule);
        activity.SetTag(TelemetryTags.Subset, summary.Subset);
        activity.SetTag(TelemetryTags.UpstreamCluster, summary.Cluster);
        activity.SetTag(TelemetryTags.Endpoint, summary.Endpoint);
        activity.SetTag(TelemetryTags.Attempts, Box(summary.Attempts));
        activity.SetTag(TelemetryTags.RetryStop, summary.RetryStop);
        if (summary.Hedges > 0)
        {
            activity.SetTag(TelemetryTags.Hedges, Box(summary.Hedges));
        }

        activity.SetTag(TelemetryTags.SpanFlags, MeshResponseFlagsText.ToText(summary.Flags));
        if (summary.StatusCode != 0)
        {
            activity.SetTag(TelemetryTags.StatusCode, Box(summary.StatusCode));
        }

        // As on the spans of clients: an answer from 400 on is an error, a caller that gave up is not.
        var error = summary.Flags.HasFlag(MeshResponseFlags.DownstreamConnectionTermination) ? null
            : summary.Exception is { } exception ? exception.GetType().FullName
            : summary.StatusCode >= 400 ? summary.StatusCode.ToString(CultureInfo.InvariantCulture)
            : null;
        if (error is not null)
        {
            activity.SetTag(TelemetryTags.ErrorType, error);
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }

    private static object Box(int number)
    {
        if ((uint)number >= (uint)Boxed.Length)
        {
            return number;
        }

        ref var boxed = ref Boxed[number];
        boxed ??= number;
        return boxed;
    }

    /// <summary>The method is the caller's text, and spans are grouped by name.</summary>
    public static string KnownMethod(HttpMethod method) => method.Method switch
    {
        "GET" or "HEAD" or "POST" or "PUT" or "DELETE" or "PATCH" or "OPTIONS" or "TRACE" or "CONNECT" or "QUERY" => method.Method,
        _ => "HTTP",
    };
}
