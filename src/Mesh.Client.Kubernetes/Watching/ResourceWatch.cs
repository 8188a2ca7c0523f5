using System.Collections.Immutable;
using Mesh.Client.Kubernetes.Access;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes.Watching;

/// <summary>
/// The objects of one resource, followed for as long as it lives: listed once, then watched, and listed anew only where the server has forgotten
/// the version to go on from. Whatever happens to the server the last objects stay, and what is known of them is told by <see cref="Status"/>.
/// </summary>
/// <remarks>The pattern is client-go's reflector (list, watch with bookmarks, list again after 410); written anew since the client library's watch ends
/// without a word after 410. Create, <see cref="Subscribe"/>, <see cref="Start"/>. Members are thread-safe.</remarks>
internal sealed partial class ResourceWatch<T> : IDisposable
    where T : class
{
    /// <summary>The bound of an object. The store below the server takes 1.5 MiB, in a denser form than JSON.</summary>
    private const int LongestObject = 8 * 1024 * 1024;

    private readonly ApiServer _server;
    private readonly ResourceType<T> _type;
    private readonly ResourceScope _scope;
    private readonly TimeProvider _timeProvider;
    private readonly WatchSchedule _schedule;
    private readonly ILogger _logger;
    private readonly ResourceStore<T> _store = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _recovered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _refusal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Standing _standing = new(ResourceState.Pending, 0, null);
    private long _confirmedAt;
    private int _refusedCount;
    private int _isStarted;

    public ResourceWatch(ApiServer server, ResourceType<T> type, ResourceScope scope, TimeProvider timeProvider, MeshRandom random, ILogger logger)
    {
        _server = server;
        _type = type;
        _scope = scope;
        _timeProvider = timeProvider;
        _schedule = new WatchSchedule(random);
        _logger = logger;
        _confirmedAt = timeProvider.GetTimestamp();
    }

    /// <summary>All objects as they are now; empty before the first answer.</summary>
    public ImmutableDictionary<ResourceKey, Resource<T>> Objects => _store.Objects;

    /// <summary>Ends with the first answer: a list, or that there is no such resource. It never fails, and does not end while there is no answer.</summary>
    public Task FirstAnswer => _firstAnswer.Task;

    /// <summary>Ends when the server refuses the rights the next time (403), which it may do for a moment while it starts.</summary>
    public Task NextRefusal => Volatile.Read(ref _refusal).Task;

    public ResourceStatus Status
    {
        get
        {
            var standing = Volatile.Read(ref _standing);
            return new ResourceStatus(
                standing.State,
                _store.Objects.Count,
                _timeProvider.GetElapsedTime(Volatile.Read(ref _confirmedAt)),
                standing.Failures,
                Volatile.Read(ref _refusedCount),
                standing.Problem);
        }
    }

    private string Name => $"{_type.Name} {_scope}";

    /// <summary>Follows the objects and the state.</summary>
    /// <param name="wake">Called after each change of an object or of the state, on the thread of the watch: it must neither take long nor wait.
    /// Take the changes elsewhere.</param>
    public ResourceSubscription<T> Subscribe(Action wake) => _store.Subscribe(wake);

    /// <summary>Once; further calls do nothing.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 1)
        {
            return;
        }

        _server.Recovered += WakeAfterRecovery;
        // Some call may have started it, but it outlives the call.
        if (ExecutionContext.IsFlowSuppressed())
        {
            _ = RunAsync();
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            _ = RunAsync();
        }
    }

    /// <summary>Ends the watch. Subscribers hear no more, soon.</summary>
    public void Dispose()
    {
        _server.Recovered -= WakeAfterRecovery;
        Background.Run(_stop, static stop => stop.Cancel(), "The end of a Kubernetes watch", logger: null);
    }

    private void WakeAfterRecovery() => Volatile.Read(ref _recovered).TrySetResult();

    private async Task RunAsync()
    {
        // Nothing of the caller's runs before it goes on.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (_version is null)
                {
                    await ListAsync().ConfigureAwait(false);
                }

                await WatchAsync().ConfigureAwait(false);
                await Task.Delay(_schedule.BetweenWatches(), _timeProvider, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // whatever happens, the watch goes on
            catch (Exception exception)
#pragma warning restore CA1031
            {
                await RecoverAsync(exception).ConfigureAwait(false);
            }
        }
    }

    private async Task RecoverAsync(Exception exception)
    {
        try
        {
            switch ((exception as WatchException)?.Kind)
            {
                case WatchFailure.Expired:
                    await Task.Delay(OnExpired(exception), _timeProvider, _stop.Token).ConfigureAwait(false);
                    break;
                case WatchFailure.Absent:
                    await Task.Delay(OnAbsent(exception), _timeProvider, _stop.Token).ConfigureAwait(false);
                    break;
                default:
                    // Before the attempt is told to have failed, so that a recovery just after it is not missed.
                    var recovered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    Volatile.Write(ref _recovered, recovered);
                    await PauseAsync(recovered.Task, OnFailed(exception)).ConfigureAwait(false);
                    break;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task PauseAsync(Task recovered, TimeSpan wait)
    {
        try
        {
            await recovered.WaitAsync(wait, _timeProvider, _stop.Token).ConfigureAwait(false);
            await Task.Delay(_schedule.AfterRecovery(), _timeProvider, _stop.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nobody has heard of the server meanwhile: it is asked.
        }
    }

    /// <param name="State">Where it stands.</param>
    /// <param name="Failures">Attempts in a row that failed.</param>
    /// <param name="Problem">The last failure.</param>
    private sealed record Standing(ResourceState State, int Failures, string? Problem);
}
