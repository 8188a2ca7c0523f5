using System.Collections.Immutable;
using System.Text.Json;
using Mesh.Client.Kubernetes.Access;

namespace Mesh.Client.Kubernetes.Watching;

/// <content>How failures are taken. All of it belongs to the loop.</content>
internal sealed partial class ResourceWatch<T>
{
    private int _failures;
    private int _expirations;
    private int _absences;
    private long _absentSince;
    private bool _isTold;

    /// <summary>The server has confirmed what is known.</summary>
    private void Confirm()
    {
        Volatile.Write(ref _confirmedAt, _timeProvider.GetTimestamp());
        Stand(new Standing(ResourceState.Current, 0, null));
    }

    /// <summary>A stream brought something: what went wrong before is over.</summary>
    private void Progress()
    {
        Confirm();
        _failures = _expirations = 0;
        if (_isTold)
        {
            _isTold = false;
            WatchLog.Known(_logger, Name, _store.Objects.Count);
        }
    }

    private TimeSpan OnFailed(Exception exception)
    {
        _failures++;
        var problem = Describe(exception);
        Stand(new Standing(_store.IsKnown ? ResourceState.Stale : ResourceState.Failed, _failures, problem));
        WatchLog.AttemptFailed(_logger, Name, _failures, problem);
        if (exception is not (WatchException or KubernetesAccessException or HttpRequestException or IOException))
        {
            WatchLog.Unforeseen(_logger, Name, exception);
        }

        if (exception is WatchException { IsForbidden: true })
        {
            Interlocked.Exchange(ref _refusal, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }

        if (_failures >= WatchSchedule.FailuresTold && !_isTold)
        {
            _isTold = true;
            if (_store.IsKnown)
            {
                WatchLog.Stale(_logger, Name, _store.Objects.Count, problem);
            }
            else
            {
                WatchLog.Failed(_logger, Name, problem);
            }
        }

        return _schedule.AfterFailures(_failures, (exception as WatchException)?.RetryAfter);
    }

    private TimeSpan OnExpired(Exception exception)
    {
        WatchLog.Relist(_logger, Name, exception.Message);

        // What a list is refused is refused again; the newest objects are there always.
        _listVersion = _version ?? "";
        _version = null;
        return _expirations++ == 0 ? _schedule.BeforeRelist() : _schedule.AfterFailures(_expirations, retryAfter: null);
    }

    private TimeSpan OnAbsent(Exception exception)
    {
        _version = null;
        if (_served + 1 < _type.Versions.Count)
        {
            _served++;
            return TimeSpan.Zero;
        }

        _served = 0;
        if (_absences++ == 0)
        {
            _absentSince = _timeProvider.GetTimestamp();
        }

        var isBelieved = _timeProvider.GetElapsedTime(_absentSince) >= WatchSchedule.AbsenceBelieved;
        if (_store.Objects.Count > 0 && !isBelieved)
        {
            Stand(new Standing(ResourceState.Stale, _absences, exception.Message));
        }
        else if (_standing.State != ResourceState.Absent)
        {
            _refused.Clear();
            Volatile.Write(ref _refusedCount, 0);
            _listVersion = "0";
            Volatile.Write(ref _confirmedAt, _timeProvider.GetTimestamp());
            _store.Replace(ImmutableDictionary<ResourceKey, Resource<T>>.Empty);
            _firstAnswer.TrySetResult();
            Stand(new Standing(ResourceState.Absent, 0, exception.Message));
            _failures = 0;
            _isTold = false;
            WatchLog.Absent(_logger, Name);
        }

        return isBelieved ? _schedule.WhileAbsent() : _schedule.AfterFailures(_absences, retryAfter: null);
    }

    private void Stand(Standing standing)
    {
        var before = _standing;
        if (before != standing)
        {
            Volatile.Write(ref _standing, standing);
            if (before.State != standing.State)
            {
                _store.Touch();
            }
        }
    }

    private static string Describe(Exception exception) => exception switch
    {
        WatchException or KubernetesAccessException or HttpRequestException => exception.Message,
        JsonException => $"The server's answer cannot be read: {exception.Message}",
        IOException => $"The connection ended in the middle of an answer: {exception.Message}",
        _ => $"{exception.GetType().Name}: {exception.Message}",
    };
}
