using System.Diagnostics;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Routing;
using Mesh.Client.Telemetry;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>
/// Sends copies of calls to mirrors: after the call, on other threads, once each, with nobody waiting. Their answers are thrown away; their
/// failures count against the endpoint that failed and are seen in metrics alone. What would take too much memory or too many connections is
/// not sent, and counted.
/// </summary>
internal sealed class MirrorSender : IDisposable
{
    /// <summary>Longer bodies are not copied. Together with <see cref="MostInFlight"/> it bounds what copies hold in memory.</summary>
    public const int LargestBody = 256 * 1024;

    private const int MostInFlight = 128;

    /// <summary>Bounds what is kept of bodies while their calls are under way, of all calls together.</summary>
    private const long MostKept = 32 * 1024 * 1024;

    /// <summary>For rules without a timeout: a mirror that never answers would hold its place for ever.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    private readonly MeshRuntime _runtime;
    private readonly CancellationTokenSource _stop = new();

    // Kept, since calls may end after the mesh has.
    private readonly CancellationToken _stopped;
    private long _kept;
    private int _inFlight;
    private int _isDisposed;

    public MirrorSender(MeshRuntime runtime) => (_runtime, _stopped) = (runtime, _stop.Token);

    /// <summary>Copies that are under way.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Room for more bytes of a body; false where too much is kept already.</summary>
    public bool TryKeep(int bytes)
    {
        if (Interlocked.Add(ref _kept, bytes) <= MostKept)
        {
            return true;
        }

        Interlocked.Add(ref _kept, -bytes);
        return false;
    }

    public void StopKeeping(long bytes) => Interlocked.Add(ref _kept, -bytes);

    /// <summary>The application listens to the counter and may throw.</summary>
    public void Count(string host, string result) => Background.Run(
        (_runtime.Telemetry, host, result), static told => told.Telemetry.CountMirror(told.host, told.result), "Counting a mirror", _runtime.BackgroundLogger);

    public void Send(MeshCall call, MirrorModel mirror, byte[]? body, CallRunner runner)
    {
        if (RouteSelector.FindCluster(mirror.Clusters, call.Host.Port) is not { Refusal: null } cluster
            || (cluster.Policy.Tls is not null && (cluster.Policy.IsPassThrough || !runner.OwnsTransport)))
        {
            Count(mirror.Host, "dropped_no_cluster");
            return;
        }

        if (Interlocked.Increment(ref _inFlight) > MostInFlight)
        {
            Interlocked.Decrement(ref _inFlight);
            Count(mirror.Host, "dropped_limit");
            return;
        }

        try
        {
            var copy = MeshCall.Begin(_runtime, call.Snapshot, call.Host, Copy(call, cluster, body), isAsync: true, redirectsLeft: 0, _stopped);
            copy.Policy = cluster.Policy;
            copy.Hash = cluster.Policy.ConsistentHash is { } hashing ? CallHash.Of(hashing, call.Request, call.Request.GetMesh()) : null;

            // Without the caller's context: the copy belongs to no trace, no scope and no culture of the call.
            ThreadPool.UnsafeQueueUserWorkItem(
                static state => _ = state.Sender.RunAsync(state.Copy, state.Cluster, state.Runner),
                (Sender: this, Copy: copy, Cluster: cluster, Runner: runner),
                preferLocal: false);
        }
        catch
        {
            Interlocked.Decrement(ref _inFlight);
            throw;
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _stop.Cancel();
            _stop.Dispose();
        }
    }

    private async Task RunAsync(MeshCall copy, ClusterModel cluster, CallRunner runner)
    {
        var result = "failed";
        Activity? parent = null;
        try
        {
            parent = ContextPropagator.StartUnsampled(copy.Request.Headers);
            copy.Cluster = _runtime.Clusters.Get(cluster, copy.Host.Port);
            copy.StartDeadline();
            if (!copy.Policy.IsPassThrough && !_runtime.Clusters.IsReady(copy.Cluster))
            {
                await _runtime.Clusters.WaitUntilReadyAsync(copy.Cluster, copy.Token).ConfigureAwait(false);
            }

            result = await SendAsync(copy, runner).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // nobody waits for the copy, whatever handlers of the application throw; the counter tells
        catch (Exception)
#pragma warning restore CA1031
        {
            result = "failed";
        }
        finally
        {
            copy.Release();
            copy.Request.Dispose();
            Count(cluster.Service.Name, result);
            Interlocked.Decrement(ref _inFlight);
            Background.Run(parent, static activity => activity?.Stop(), "Ending the parent of a mirror's span", _runtime.BackgroundLogger);
        }
    }

    private async Task<string> SendAsync(MeshCall copy, CallRunner runner)
    {
        if (ClusterResilience.Of(copy.Cluster!).Limits is { } admission && copy.TryEnterLimits(admission) is not AdmissionRefusal.None and var refusal)
        {
            _runtime.Telemetry.Limits.CountRejection(copy.Cluster!.Key, CallAdmission.NameOf(refusal), copy.Criticality);
            return "dropped_limit";
        }

        if (copy.Cluster!.Limits is ConnectionLimits limits && !copy.TryEnterPoolAtOnce(limits))
        {
            return "dropped_limit";
        }

        if (_runtime.Pick(copy) is not { } endpoint)
        {
            return "dropped_no_endpoint";
        }

        if (copy.Cluster!.Model.Refusal is not null)
        {
            // Closed by newer rules.
            return "dropped_no_cluster";
        }

        copy.BeginAttempt(endpoint);
        try
        {
            using var response = await runner.SendAsync(copy, copy.Token).ConfigureAwait(false);
            copy.Report(AttemptVerdict.FromResponse(response, copy.RetryPolicy).Outcome, response);
            return "answered";
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            copy.Report(_stopped.IsCancellationRequested ? CallOutcome.CallerCancelled
                : copy.Deadline is { HasExpired: true } ? CallOutcome.Timeout
                : AttemptVerdict.FromException(exception, runner.OwnsTransport && !copy.Policy.IsPassThrough).Outcome);
            throw;
        }
        finally
        {
            copy.RestoreAuthority();
        }
    }

    /// <summary>What the server of the call got, but that the copy is not sampled, and that a mirror outside of the mesh gets no context.</summary>
    private static HttpRequestMessage Copy(MeshCall call, ClusterModel cluster, byte[]? body)
    {
        var request = call.Request;
        var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Version = request.Version, VersionPolicy = request.VersionPolicy };
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }

        if (!cluster.Service.ReceivesContext && call.Context is { } context)
        {
            ContextPropagator.EndCall(copy, context, isTraced: false);
        }

        TraceHeaders.Unsample(copy.Headers);

        if (body is not null)
        {
            copy.Content = new ByteArrayContent(body);
            foreach (var (name, values) in request.Content!.Headers.NonValidated)
            {
                copy.Content.Headers.TryAddWithoutValidation(name, values);
            }
        }

        copy.SetMesh(new MeshCallOptions { DisableRetries = true, Timeout = call.Rule?.Timeout ?? LongestWait, Criticality = MeshCriticality.Sheddable });
        return copy;
    }
}
