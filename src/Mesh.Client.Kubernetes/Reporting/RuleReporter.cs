using Mesh.Client.Kubernetes.Rules;
using Mesh.Client.Kubernetes.Watching;
using Microsoft.Extensions.Hosting;

namespace Mesh.Client.Kubernetes.Reporting;

/// <summary>
/// Tells those who write rules what was found in them, where they look: at the object. Off unless asked for, from one process at a time, only what changed, a few
/// objects in a round; whatever goes wrong with it is a log and nothing else.
/// </summary>
internal sealed class RuleReporter : BackgroundService
{
    /// <summary>Between two rounds of the process that reports; the others look half as often.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Objects written in a round: some hundred a minute at most.</summary>
    public const int MostInRound = 20;

    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(2);

    private readonly KubernetesCluster _cluster;
    private readonly KubernetesRuleSource _source;
    private readonly IMesh _mesh;
    private readonly string _identity;

    /// <summary>By object what was said of it last.</summary>
    private readonly Dictionary<string, string> _said = new(StringComparer.Ordinal);
    private IReadOnlyList<MeshFinding>? _done;
    private string? _problem;
    private bool _isHolder;

    public RuleReporter(KubernetesCluster cluster, KubernetesRuleSource source, IMesh mesh)
    {
        (_cluster, _source, _mesh) = (cluster, source, mesh);
        _identity = (Environment.GetEnvironmentVariable("POD_NAME") ?? Environment.MachineName) + "_" + Guid.NewGuid().ToString("N")[..8];
    }

    public bool IsOn => _cluster.Options is { Reports: not MeshKubernetesReports.None, Rules: true };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!IsOn)
        {
            return;
        }

        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var objects = new ApiObjects(_cluster.Server, _cluster.TimeProvider);
        ReportLease? lease = null;
        try
        {
            while (true)
            {
                await Task.Delay(Interval * ((_isHolder ? 0.8 : 1.6) + (0.4 * _cluster.Random.NextDouble())), _cluster.TimeProvider, stoppingToken).ConfigureAwait(false);
                try
                {
                    var space = await NamespaceAsync(stoppingToken).ConfigureAwait(false);
                    lease ??= new ReportLease(objects, space, _identity, _cluster.TimeProvider);
                    await RoundAsync(objects, lease, space, stoppingToken).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // whatever happens to reports, the mesh goes on
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    Fail(exception is ReportException ? exception.Message : $"{exception.GetType().Name}: {exception.Message}");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end.
        }

        await ReleaseAsync(lease).ConfigureAwait(false);
    }

    private async ValueTask<string> NamespaceAsync(CancellationToken cancellationToken)
        => _cluster.Options.Namespace ?? (await _cluster.Server.GetAccessAsync(cancellationToken).ConfigureAwait(false)).Namespace ?? "default";

    private async Task RoundAsync(ApiObjects objects, ReportLease lease, string space, CancellationToken cancellationToken)
    {
        var isHolder = await lease.HoldAsync(cancellationToken).ConfigureAwait(false);
        if (isHolder != _isHolder)
        {
            _isHolder = isHolder;
            // What others said meanwhile is not known.
            _said.Clear();
            _done = null;
            if (isHolder)
            {
                ReportLog.Begun(_cluster.Logger, ReportLease.Name, space);
            }
            else
            {
                ReportLog.Ended(_cluster.Logger);
            }
        }

        if (isHolder)
        {
            await WriteAsync(objects, cancellationToken).ConfigureAwait(false);
        }

        if (_problem is not null)
        {
            _problem = null;
            ReportLog.Recovered(_cluster.Logger);
        }
    }

    private async Task WriteAsync(ApiObjects objects, CancellationToken cancellationToken)
    {
        var findings = _mesh.Findings;
        if (ReferenceEquals(findings, _done))
        {
            return;
        }

        var events = new EventReports(objects, _identity, _cluster.TimeProvider);
        var statuses = new StatusReports(objects, _cluster.TimeProvider);
        var changed = Changed(findings);
        foreach (var (name, text, report) in changed.Take(MostInRound))
        {
            if (_cluster.Options.Reports == MeshKubernetesReports.Status && !report.Kind.IsGatewayApi)
            {
                await statuses.WriteAsync(report, cancellationToken).ConfigureAwait(false);
            }
            else if (report.Findings.Count > 0 || _said.ContainsKey(name))
            {
                await events.WriteAsync(report, cancellationToken).ConfigureAwait(false);
            }

            _said[name] = text;
        }

        _done = changed.Count <= MostInRound ? findings : null;
    }

    /// <summary>Objects of which something else is to be said than was said.</summary>
    private List<(string Name, string Text, ObjectReport Report)> Changed(IReadOnlyList<MeshFinding> findings)
    {
        var changed = new List<(string, string, ObjectReport)>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        var byDocument = findings.Where(finding => finding is { Severity: > MeshFindingSeverity.Info, Source: not null }).ToLookup(finding => finding.Source!);
        foreach (var watch in _source.Watches.All)
        {
            foreach (var (key, rule) in watch.Objects)
            {
                var name = rule.Document.Name;
                var found = byDocument[name].OrderByDescending(finding => finding.Severity).ToList();
                if (found.Count == 0 && !rule.IsReported && !_said.ContainsKey(name))
                {
                    continue;
                }

                known.Add(name);
                var report = new ObjectReport(watch.Kind, key, rule, found);
                var text = $"{rule.Uid} {report.Reason} {report.Describe(int.MaxValue)}";
                if (_said.GetValueOrDefault(name) != text)
                {
                    changed.Add((name, text, report));
                }
            }
        }

        foreach (var gone in _said.Keys.Where(name => !known.Contains(name)).ToList())
        {
            _said.Remove(gone);
        }

        return changed;
    }

    private void Fail(string problem)
    {
        _isHolder = false;
        if (problem != _problem)
        {
            _problem = problem;
            ReportLog.Failed(_cluster.Logger, problem);
        }
    }

    private async Task ReleaseAsync(ReportLease? lease)
    {
        if (lease is null || !_isHolder)
        {
            return;
        }

        using var limit = new CancellationTokenSource(ReleaseLimit, _cluster.TimeProvider);
        try
        {
            await lease.ReleaseAsync(limit.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // nothing of it is to hold up the end of the application
        catch (Exception)
#pragma warning restore CA1031
        {
            // It ends by itself, a little later.
        }
    }
}
