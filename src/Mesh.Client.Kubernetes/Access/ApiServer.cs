using System.Net;
using System.Net.Http.Headers;

namespace Mesh.Client.Kubernetes.Access;

/// <summary>
/// The API server as this process may ask it. Access is read with the first request, again where it says that it expires, and again where
/// the server refuses it (401) or is not trusted; one that cannot be read again leaves the last one in use. Thread-safe.
/// </summary>
/// <param name="load">Reads the access.</param>
/// <param name="timeProvider">The clock of expiry.</param>
/// <param name="connect">Makes the connections; the handler is disposed here.</param>
internal sealed class ApiServer(
    Func<CancellationToken, Task<KubernetesAccess>> load,
    TimeProvider timeProvider,
    Func<KubernetesAccess, HttpMessageHandler> connect) : IDisposable
{
    /// <summary>A server that refuses everything is not to have files read, or a plugin run, for each request.</summary>
    private static readonly TimeSpan ShortestBetweenLoads = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _loading = new(1);
    private Session? _session;
    private long _loadedAt;
    private volatile bool _isDisposed;
    private int _isDown;

    public ApiServer(AccessLoader loader, TimeProvider timeProvider)
        : this(loader.LoadAsync, timeProvider, static access => ApiTransport.Create(access.Transport, access.Place))
    {
    }

    /// <summary>The server answers again, after it could not be reached: whoever waits to ask again need not wait any longer. Comes on the thread of
    /// the request that found it.</summary>
    public event Action? Recovered;

    /// <summary>The access last read; null before the first request.</summary>
    public KubernetesAccess? Access => Volatile.Read(ref _session)?.Access;

    /// <summary>The access, read now where it was not yet.</summary>
    /// <exception cref="KubernetesAccessException">It cannot be read.</exception>
    public async ValueTask<KubernetesAccess> GetAccessAsync(CancellationToken cancellationToken)
        => (await CurrentAsync(cancellationToken).ConfigureAwait(false)).Access;

    /// <summary>Sends, and returns at the headers of the response, whatever its status. Does not end by itself: bound it.</summary>
    /// <exception cref="KubernetesAccessException">Access cannot be read, or the server is not the one it should be.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public async Task<HttpResponseMessage> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var session = await CurrentAsync(cancellationToken).ConfigureAwait(false);
        var response = await SendAsync(request, session, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
        {
            return response;
        }

        session.IsDoubtful = true;
        Session renewed;
        try
        {
            renewed = await CurrentAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }

        if (ReferenceEquals(renewed, session) || renewed.ShowsTheSameAs(session))
        {
            return response;
        }

        response.Dispose();
        return await SendAsync(request, renewed, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _isDisposed = true;
        Volatile.Read(ref _session)?.Invoker.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(ApiRequest request, Session session, CancellationToken cancellationToken)
    {
        using var message = session.Message(request);
        try
        {
            var response = await session.Invoker.SendAsync(message, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode && Volatile.Read(ref _isDown) == 1 && Interlocked.Exchange(ref _isDown, 0) == 1)
            {
                Recovered?.Invoke();
            }

            return response;
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            // Authorities and certificates change too.
            session.IsDoubtful = true;
            throw new KubernetesAccessException($"{session.Access.Transport.Server} is not trusted: {exception.GetBaseException().Message}", exception);
        }
        catch (HttpRequestException exception)
        {
            Volatile.Write(ref _isDown, 1);
            throw new HttpRequestException(
                exception.HttpRequestError, $"{session.Access.Transport.Server} of {session.Access.Place}: {exception.Message}", exception, exception.StatusCode);
        }
    }

    private async ValueTask<Session> CurrentAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _session) is { } current && !IsDue(current))
        {
            return current;
        }

        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var previous = _session;
            if (previous is not null && !IsDue(previous))
            {
                return previous;
            }

            _loadedAt = timeProvider.GetTimestamp();
            // Files and programs are slow, and whoever asks may be on a thread that others wait for.
            var pending = Task.Run(() => load(cancellationToken), cancellationToken);
            try
            {
                var access = await pending.ConfigureAwait(false);
                var session = previous?.Access.Transport == access.Transport
                    ? new Session(access, previous.Invoker)
                    : new Session(access, new HttpMessageInvoker(connect(access)));
                Volatile.Write(ref _session, session);
                if (previous is not null && previous.Invoker != session.Invoker)
                {
                    previous.Invoker.Dispose();
                }

                return session;
            }
            catch (KubernetesAccessException) when (previous is { IsDoubtful: false })
            {
                // The file of a token may be gone for a moment; what was read before may still do, and a refusal says when not.
                previous.RefreshAfter(timeProvider.GetUtcNow() + ShortestBetweenLoads);
                return previous;
            }
        }
        finally
        {
            _loading.Release();
        }
    }

    private bool IsDue(Session session)
        => session.IsDoubtful
            ? timeProvider.GetElapsedTime(_loadedAt) >= ShortestBetweenLoads
            : session.IsExpired(timeProvider.GetUtcNow());

    private sealed class Session(KubernetesAccess access, HttpMessageInvoker invoker)
    {
        private long _refreshTicks = (access.RefreshAt ?? DateTimeOffset.MaxValue).UtcTicks;

        public KubernetesAccess Access { get; } = access;

        public HttpMessageInvoker Invoker { get; } = invoker;

        /// <summary>The server has refused it.</summary>
        public volatile bool IsDoubtful;

        public bool IsExpired(DateTimeOffset now) => now.UtcTicks >= Volatile.Read(ref _refreshTicks);

        public void RefreshAfter(DateTimeOffset time) => Volatile.Write(ref _refreshTicks, time.UtcTicks);

        public bool ShowsTheSameAs(Session other)
            => Invoker == other.Invoker && Equals(Access.Authorization, other.Access.Authorization);

        public HttpRequestMessage Message(ApiRequest request)
        {
            var transport = Access.Transport;
            var message = new HttpRequestMessage(request.Method, new Uri(transport.Server, request.Path.TrimStart('/')))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            };
            message.Headers.Accept.ParseAdd(request.Accept);
            message.Headers.UserAgent.Add(Agent);
            message.Headers.Authorization = Access.Authorization;
            // The name that TLS asks for and checks follows this header.
            message.Headers.Host = transport.TlsServerName;
            foreach (var (name, value) in Access.Impersonation)
            {
                message.Headers.TryAddWithoutValidation(name, value);
            }

            if (request.Body is { } body)
            {
                message.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(request.ContentType) } };
            }

            return message;
        }

        private static readonly ProductInfoHeaderValue Agent = new("mesh-client", typeof(ApiServer).Assembly.GetName().Version?.ToString(3));
    }
}
