using Mesh.Client.Routing;

namespace Mesh.Client.Pipeline;

/// <summary>
/// The mesh's place in a client's chain: innermost, so that it sees final headers. A thin shell that IHttpClientFactory may rebuild at
/// any time; everything that lasts belongs to the runtime.
/// </summary>
internal sealed class MeshHandler : DelegatingHandler
{
    private readonly MeshRuntime _runtime;
    private readonly CallRunner _runner;
    private readonly bool _ownsRuntime;
    private HttpMessageInvoker? _unmeshed;

    /// <param name="runtime">The mesh.</param>
    /// <param name="binding">What is known of the client.</param>
    /// <param name="ownsRuntime">The mesh ends with this handler.</param>
    public MeshHandler(MeshRuntime runtime, ClientBinding binding, bool ownsRuntime = false)
    {
        _runtime = runtime;
        Binding = binding;
        _ownsRuntime = ownsRuntime;
        _runner = new CallRunner(binding, this);
    }

    public MeshRuntime Runtime => _runtime;

    public ClientBinding Binding { get; }

    /// <summary>The service-discovery handler that was taken out of the chain: hosts that the mesh does not know still go through it.</summary>
    public DelegatingHandler? Unmeshed
    {
        init => _unmeshed = value is null ? null : new HttpMessageInvoker(value, disposeHandler: true);
    }

    public Task<HttpResponseMessage> SendToPrimaryAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        => base.SendAsync(request, cancellationToken);

    public HttpResponseMessage SendToPrimary(HttpRequestMessage request, CancellationToken cancellationToken)
        => base.Send(request, cancellationToken);

    /// <summary>Sends the request of a redirected call to where it now leads.</summary>
    public Task<HttpResponseMessage> FollowAsync(MeshCall call, HttpResponseMessage response, Uri target)
    {
        response.Dispose();
        if (!Redirect.StaysAtHost(call, target))
        {
            Redirect.DropSubset(call.Request);
        }

        Redirect.Apply(call.Request, response.StatusCode, target);
        return SendAsync(call.Request, call.IsAsync, call.RedirectsLeft - 1, call.CallerToken);
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        => SendAsync(request, isAsync: true, Binding.MaxRedirects, cancellationToken);

    /// <summary>The same steps as for asynchronous callers, each of which blocks where it has to: the task is finished when it comes back.</summary>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        => SendAsync(request, isAsync: false, Binding.MaxRedirects, cancellationToken).GetAwaiter().GetResult();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Interlocked.Exchange(ref _unmeshed, null)?.Dispose();
            if (_ownsRuntime)
            {
                _runtime.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, bool isAsync, int redirectsLeft, CancellationToken cancellationToken, bool isLookedUp = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        var snapshot = _runtime.Snapshot;
        var host = default(HostMatch);
        if (request.RequestUri is { IsAbsoluteUri: true } uri && HostTable.TryFind(snapshot, uri, out host))
        {
            return Run(MeshCall.Begin(_runtime, snapshot, host, request, isAsync, redirectsLeft, cancellationToken), uri);
        }

        if (!isLookedUp && host.Host is null && _runtime.HostLookups is { } lookups && request.RequestUri is { IsAbsoluteUri: true } unknown && lookups.Ask(unknown) is { } lookup)
        {
            return SendLookedUpAsync(lookup, request, isAsync, redirectsLeft, cancellationToken);
        }

        var wildcard = PassThroughTable.Find(snapshot, request.RequestUri);
        if (wildcard?.Refusal is { } refusal)
        {
            return Task.FromResult(CallRouter.Refused(request, refusal));
        }

        var isBlocked = snapshot.OutboundTrafficPolicy == Configuration.OutboundTrafficPolicyMode.RegistryOnly && wildcard is null;
        if (host.Host is { } known)
        {
            _runtime.UndeclaredPorts.Tell(known, request.RequestUri!, isBlocked);
        }

        if (isBlocked)
        {
            return Task.FromResult(CallRouter.Blocked(request, snapshot));
        }

        if (_unmeshed is { } unmeshed)
        {
            return isAsync ? unmeshed.SendAsync(request, cancellationToken) : Task.FromResult(unmeshed.Send(request, cancellationToken));
        }

        return isAsync ? base.SendAsync(request, cancellationToken) : Task.FromResult(base.Send(request, cancellationToken));
    }

    private Task<HttpResponseMessage> SendLookedUpAsync(
        Task<bool> lookup, HttpRequestMessage request, bool isAsync, int redirectsLeft, CancellationToken cancellationToken)
    {
        if (isAsync)
        {
            return WaitAsync();
        }

        lookup.Wait(cancellationToken);
        return SendAsync(request, isAsync, redirectsLeft, cancellationToken, isLookedUp: true);

        async Task<HttpResponseMessage> WaitAsync()
        {
            await lookup.WaitAsync(cancellationToken).ConfigureAwait(false);
            return await SendAsync(request, isAsync: true, redirectsLeft, cancellationToken, isLookedUp: true).ConfigureAwait(false);
        }
    }

    private Task<HttpResponseMessage> Run(MeshCall call, Uri uri)
    {
        var answer = NamedScheme.Applies(uri) ? NamedScheme.RunAsync(_runner, call) : _runner.RunAsync(call);
        var task = answer.IsCompletedSuccessfully ? call.ToTask(answer.Result) : answer.AsTask();
        call.EndUse();
        return task;
    }
}
