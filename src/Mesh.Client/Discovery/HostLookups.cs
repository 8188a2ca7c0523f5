using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Discovery;

/// <summary>
/// Asks the directory for hosts that the rules do not name, once for all calls to a host at the same time. Whatever goes wrong, the calls go
/// on as if nobody had been asked: they wait for the answer no longer than for that of discovery, and after a failure not at all until its
/// back-off has passed.
/// </summary>
/// <param name="directory">Who is asked.</param>
/// <param name="isLive">The live rules name the host.</param>
/// <param name="schedule">When to ask again after failures.</param>
/// <param name="timeProvider">The mesh's clock.</param>
/// <param name="logger">Where failures are told, once for each host.</param>
internal sealed class HostLookups(
    IHostDirectory directory, Func<string, bool> isLive, RefreshSchedule schedule, TimeProvider timeProvider, ILogger logger) : IDisposable
{
    /// <summary>How long calls wait for an answer, the rules with the host included.</summary>
    public static readonly TimeSpan Limit = RefreshSchedule.FirstAnswerLimit;

    /// <summary>Hosts that are being asked for or whose back-off runs; calls to others pass by unasked then, since callers may take hosts from user
    /// input.</summary>
    internal const int MostHosts = 1_000;

    private readonly ConcurrentDictionary<string, Lookup> _lookups = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _newRules = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isTold;

    /// <summary>The host may be one that can be found: completes when the rules name it (true) or will not for now (false), and never fails. Null where asking
    /// is not worth it.</summary>
    /// <param name="uri">What is called: absolute, its host not in the rules.</param>
    public Task<bool>? Ask(Uri uri)
    {
        if (uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || _stop.IsCancellationRequested)
        {
            return null;
        }

        var name = NameIn(uri);
        if (name.IsEmpty || !MayKnow(name))
        {
            return null;
        }

        var host = name.ToString();
        if (!_lookups.TryGetValue(host, out var lookup))
        {
            if (_lookups.Count >= MostHosts && !MakeRoom())
            {
                return null;
            }

            lookup = _lookups.GetOrAdd(host, static host => new Lookup(host));
        }

        return lookup.Begin(this);
    }

    /// <summary>The rules were swapped.</summary>
    public void OnNewRules()
        => Interlocked.Exchange(ref _newRules, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    // What a directory has hung on its token runs here and may fail.
    public void Dispose() => Background.Run(_stop, static stop => stop.Cancel(), "The end of looking for hosts", logger: null);

    private long TimeNow => timeProvider.GetTimestamp();

    /// <summary>Without the port that <c>_port.service</c> names.</summary>
    private static ReadOnlySpan<char> NameIn(Uri uri)
    {
        ReadOnlySpan<char> name = uri.IdnHost;
        name = name is [.., '.'] ? name[..^1] : name;
        return name is ['_', ..] && name.IndexOf('.') is > 1 and var dot ? name[(dot + 1)..] : name;
    }

    /// <summary>Whether the directory may know the host; it has not been asked then.</summary>
    public bool MayKnow(ReadOnlySpan<char> name)
    {
        try
        {
            return directory.MayKnow(name);
        }
#pragma warning disable CA1031 // the directory's fault must not fail calls that have nothing to do with it
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (Interlocked.Exchange(ref _isTold, 1) == 0)
            {
                DiscoveryLog.HostNotFound(logger, name.ToString(), exception.Message);
            }

            return false;
        }
    }

    /// <summary>Forgets those whose back-off has passed.</summary>
    private bool MakeRoom()
    {
        foreach (var lookup in _lookups)
        {
            if (lookup.Value.IsOver(TimeNow))
            {
                _lookups.TryRemove(lookup);
            }
        }

        return _lookups.Count < MostHosts;
    }

    private async Task<bool> RunAsync(Lookup lookup)
    {
        using var limit = new CancellationTokenSource(Limit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
        try
        {
            var isFound = await directory.FindAsync(lookup.Host, either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
            while (isFound && !isLive(lookup.Host))
            {
                var newRules = Volatile.Read(ref _newRules).Task;
                if (!isLive(lookup.Host))
                {
                    await newRules.WaitAsync(either.Token).ConfigureAwait(false);
                }
            }

            _lookups.TryRemove(KeyValuePair.Create(lookup.Host, lookup));
            return isFound;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return false;
        }
#pragma warning disable CA1031 // whatever a directory throws, the calls go on
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(lookup, limit.IsCancellationRequested ? $"it was not found within {Limit.TotalSeconds} s" : exception.Message);
            return false;
        }
    }

    private void Fail(Lookup lookup, string problem)
    {
        if (lookup.Fail(failures => DetachedTimer.After(timeProvider, timeProvider.GetTimestamp(), schedule.AfterFailures(failures))) == 1)
        {
            Background.Run(
                (logger, lookup.Host, problem), static told => DiscoveryLog.HostNotFound(told.logger, told.Host, told.problem), "The log of a host that was not found", logger: null);
        }
    }

    /// <summary>One host: a question under way, or the wait after one that failed.</summary>
    private sealed class Lookup(string host)
    {
        private readonly Lock _gate = new();
        private Task<bool>? _running;
        private int _failures;
        private long _retryAt;

        public string Host { get; } = host;

        public Task<bool>? Begin(HostLookups owner)
        {
            lock (_gate)
            {
                if (_running is not null)
                {
                    return _running;
                }

                if (_failures > 0 && owner.TimeNow < _retryAt)
                {
                    return null;
                }

                // On the pool and in no call's context: it is for all of them.
                using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
                {
                    return _running = Task.Run(() => owner.RunAsync(this));
                }
            }
        }

        /// <returns>Failures in a row.</returns>
        public int Fail(Func<int, long> retryAt)
        {
            lock (_gate)
            {
                _running = null;
                _retryAt = retryAt(++_failures);
                return _failures;
            }
        }

        public bool IsOver(long now)
        {
            lock (_gate)
            {
                return _running is null && now >= _retryAt;
            }
        }
    }
}
