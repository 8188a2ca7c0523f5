using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Routing;
using Mesh.Client.Telemetry;

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

    /// <summary>For rules without a timeout: a mirror that never answers would hold its place for ever.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    private readonly MeshRuntime _runtime;
    private readonly CancellationTokenSource _stop = new();

    // Kept, since calls may end after the mesh has.
    private readonly CancellationToken _stopped;
    private int _inFlight;
    private int _isDisposed;

    public MirrorSender(MeshRuntime runtime) => (_runtime, _stopped) = (runtime, _stop.Token);

    /// <summary>Copies that are under way.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public void Send(MeshCall call, MirrorModel mirror, byte[]? body, CallRunner runner)
    {
        if (RouteSelector.FindCluster(mirror.Clusters, call.Host.Port) is not { Refusal: null } cluster
            || (cluster.Policy.Tls is not null && !runner.OwnsTransport))
        {
            _runtime.Telemetry.CountMirror(mirror.Host, "dropped_no_cluster");
            return;
        }

        if (Interlocked.Increment(ref _inFlight) > MostInFlight)
        {
            Interlocked.Decrement(ref _inFlight);
            _runtime.Telemetry.CountMirror(mirror.Host, "dropped_limit");
            return;
        }

        var copy = new MeshCall(_runtime, call.Snapshot, call.Host, Copy(call, cluster, body), isAsync: true, redirectsLeft: 0, _stopped);

        // Without the caller's context: the copy belongs to no trace, no scope and no culture of the call.
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => _ = state.Sender.RunAsync(state.Copy, state.Cluster, state.Runner),
            (Sender: this, Copy: copy, Cluster: cluster, Runner: runner),
            preferLocal: false);
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
        var parent = ContextPropagator.StartUnsampled(copy.Request.Headers);
        try
        {
            copy.Cluster = _runtime.Clusters.Get(cluster, copy.Host.Port);
            copy.StartDeadline();
            if (!_runtime.Clusters.IsReady(copy.Cluster))
            {
                await _runtime.Clusters.WaitUntilReadyAsync(copy.Cluster, copy.Token).ConfigureAwait(false);
            }

            result = await SendAsync(copy, runner).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Nobody waits for the copy; the counter tells.
        }
        finally
        {
            copy.Release();
            copy.Request.Dispose();
            parent?.Stop();
            Background.Run((_runtime, cluster.Service.Name, result), static told => told._runtime.Telemetry.CountMirror(told.Name, told.result), "Counting a mirror", _runtime.BackgroundLogger);
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private async Task<string> SendAsync(MeshCall copy, CallRunner runner)
    {
        if (_runtime.Pick(copy) is not { } endpoint)
        {
            return "dropped_no_endpoint";
        }

        copy.BeginAttempt(endpoint);
        try
        {
            using var response = await runner.SendAsync(copy).ConfigureAwait(false);
            copy.Report(AttemptVerdict.FromResponse(response, copy.RetryPolicy).Outcome);
            return "answered";
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            copy.Report(_stopped.IsCancellationRequested ? CallOutcome.CallerCancelled
                : copy.Deadline is { HasExpired: true } ? CallOutcome.Timeout
                : AttemptVerdict.FromException(exception, runner.OwnsTransport).Outcome);
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

        TraceHeaders.Unsample(copy.Headers);
        if (!cluster.Service.ReceivesContext && call.Context is { } context)
        {
            ContextPropagator.EndCall(copy, context, isTraced: false);
        }

        if (body is not null)
        {
            copy.Content = new ByteArrayContent(body);
            foreach (var (name, values) in request.Content!.Headers.NonValidated)
            {
                copy.Content.Headers.TryAddWithoutValidation(name, values);
            }
        }

        copy.SetMesh(new MeshCallOptions { DisableRetries = true, Timeout = call.Rule?.Timeout ?? LongestWait });
        return copy;
    }
}
