using System.Globalization;
using System.Net;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Resilience;
using Mesh.Client.Routing;
using Mesh.Client.Telemetry;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>What a call changes on the caller's message, and takes back.</summary>
internal sealed partial class MeshCall
{
    private Uri? _logicalUri;
    private bool _hasWrittenHost;
    private ProtocolUpgrade? _upgrade;
    private RequestEdits? _edits;
    private CallMirrors? _mirrors;
    private bool _asksForReport;
    private string? _timeHeader;
    private string? _timeOfCaller;
    private SavedHeader? _attemptCount;

    /// <summary>Puts trace context and, where it may go there, captured context on the request.</summary>
    public void BeginContext(bool receivesContext, TraceWriter writer)
    {
        EndContext();
        IsTraced = Runtime.Telemetry.AreAttemptsTraced;
        Context = ContextPropagator.BeginCall(Request, receivesContext, Snapshot.Configuration, writer, IsTraced);
    }

    /// <summary>Before each further attempt: servers inside the mesh are told that it is one, and its trace headers are written fresh.</summary>
    public void BeginResend() => Context = BeginResend(Request, Attempts);

    /// <summary>The same for a message that is sent beside the call's own, and what was decided for it.</summary>
    public CallContext BeginResend(HttpRequestMessage message, int count)
    {
        var context = Context!;
        if (Snapshot.Configuration.Extension.StopRetryChain)
        {
            context = ContextPropagator.MarkRetry(message, context, Host.Host.ReceivesContext && Cluster!.Model.Service.ReceivesContext);
        }

        if (IsTraced)
        {
            ContextPropagator.BeginResend(message, context, count);
        }

        return context;
    }

    public void EndContext()
    {
        EndQuestion();
        if (Context is { } context)
        {
            Context = null;
            ContextPropagator.EndCall(Request, context, IsTraced);
        }
    }

    /// <summary>The server's report on its load is asked for by a header, which it gets only inside the mesh.</summary>
    private void AskForReport()
    {
        if (Balancer!.AsksForReports && Cluster!.Model.Service.ReceivesContext && !Request.Headers.NonValidated.Contains(LoadReport.HeaderName))
        {
            _asksForReport = Request.Headers.TryAddWithoutValidation(LoadReport.HeaderName, LoadReport.Question);
        }
    }

    /// <summary>Tells the server how long its answer is waited for, on each attempt. Never longer than the caller itself said in the same
    /// header, from which the time passes too.</summary>
    /// <param name="copy">A message that is sent beside the call's own; null for that.</param>
    public void TellTime(HttpRequestMessage? copy = null)
    {
        var left = copy is null ? Deadline?.AttemptLeftAtStart : Deadline?.AttemptLeft;
        if ((left is null && Attempts == 1) || !Host.Host.ReceivesContext || !Cluster!.Model.Service.ReceivesContext
            || !Snapshot.Configuration.Extension.Deadlines)
        {
            return;
        }

        var header = _timeHeader ?? DeadlineHeaders.Of(Request);
        var ofCaller = _timeHeader is null ? TraceHeaders.Read(Request.Headers, header) : _timeOfCaller;
        if (ofCaller is not null)
        {
            if (!DeadlineHeaders.TryParse(header, ofCaller, out var own))
            {
                // It is the caller's own, whatever it means.
                return;
            }

            own -= Runtime.TimeProvider.GetElapsedTime(StartedAt);
            left = left < own ? left : own;
        }

        if (left is { } time)
        {
            var headers = (copy ?? Request).Headers;
            if (_timeHeader is not null || ofCaller is not null || copy is not null)
            {
                headers.Remove(header);
            }

            (_timeHeader, _timeOfCaller) = (header, ofCaller);
            headers.TryAddWithoutValidation(header, DeadlineHeaders.Format(header, time));
        }
    }

    public void EndTime()
    {
        if (_timeHeader is { } header)
        {
            TraceHeaders.Write(Request.Headers, header, _timeOfCaller);
            (_timeHeader, _timeOfCaller) = (null, null);
        }
    }

    /// <summary>Where calls alone bring too few reports, some servers are asked beside this one, by the way that it goes itself.</summary>
    /// <param name="policy">How its client's connections are made.</param>
    public void LendWayToProbes(TransportPolicy policy)
    {
        if (_asksForReport && Balancer!.WantsProbes)
        {
            Balancer.StartProbes(new LoadProbe(Runtime.Transports, Cluster!, policy, Request));
        }
    }

    private void EndQuestion()
    {
        if (_asksForReport)
        {
            _asksForReport = false;
            Request.Headers.Remove(LoadReport.HeaderName);
        }
    }

    /// <summary>The endpoint's address in the URI, the logical name in <c>Host</c>, until <see cref="RestoreAuthority"/>.</summary>
    public void RewriteAuthority() => Rewrite(AuthorityRewrite.Apply(Request.RequestUri!, Endpoint!, Cluster!));

    /// <summary>A request in plaintext to a cluster to which the mesh speaks TLS: https in the URI, what the caller wrote in <c>Host</c>, until
    /// <see cref="RestoreAuthority"/>.</summary>
    public void RewriteScheme() => Rewrite(AuthorityRewrite.WithTls(Request.RequestUri!));

    public void RestoreAuthority()
    {
        if (_logicalUri is { } uri)
        {
            _logicalUri = null;
            CallerMessage.RestoreUri(Request, uri);
            if (_hasWrittenHost)
            {
                Request.Headers.Remove("Host");
            }
        }
    }

    /// <summary>HTTP/2 in place of HTTP/1.1, until <see cref="RestoreProtocol"/>: over TLS as the server agrees, else without asking, as Envoy does.
    /// A call that asks to change the protocol itself (a WebSocket) stays as it is.</summary>
    public void UpgradeProtocol()
    {
        if (Request.Version.Major != 1 || Request.Headers.Upgrade.Count > 0)
        {
            return;
        }

        _upgrade = new ProtocolUpgrade(Request.Version, Request.VersionPolicy);
        var isTls = Request.RequestUri!.Scheme == Uri.UriSchemeHttps || Policy.Tls is not null;
        Request.Version = HttpVersion.Version20;
        Request.VersionPolicy = isTls ? HttpVersionPolicy.RequestVersionOrLower : HttpVersionPolicy.RequestVersionExact;
    }

    public void RestoreProtocol()
    {
        if (_upgrade is { } upgrade)
        {
            _upgrade = null;
            CallerMessage.Restore(
                Request, upgrade, static (request, upgrade) => (request.Version, request.VersionPolicy) = (upgrade.Version, upgrade.Policy));
        }
    }

    /// <summary>What the caller addressed, whatever a rule has made of it.</summary>
    public Uri CallerUri => _edits?.Uri ?? Request.RequestUri!;

    /// <summary>Changes the request as its rule says, until <see cref="TakeBackEdits"/>.</summary>
    public void ApplyEdits()
    {
        if (Edits is { ChangesRequest: true })
        {
            // Known before the first change, so that any is taken back.
            _edits = new RequestEdits(Request);
            _edits.Apply(this);
        }
    }

    public void TakeBackEdits()
    {
        _attemptCount?.Restore();
        _attemptCount = null;
        _edits?.TakeBack();
        _edits = null;
        Overrides?.GiveBack();
    }

    /// <summary>Tells the endpoint which attempt this is. Istio's sidecars say so of every attempt; here it is said of the first only where such
    /// headers are asked for, since a header costs each call, and none means the same.</summary>
    private void CountAttempt()
    {
        if ((Attempts > 1 || Snapshot.Configuration.Extension.EnvoyRequestHeaders) && Cluster!.Model.Service.ReceivesContext)
        {
            _attemptCount ??= SavedHeader.Of(Request.Headers, EnvoyHeaders.AttemptCount);
            Request.Headers.Remove(EnvoyHeaders.AttemptCount);
            Request.Headers.TryAddWithoutValidation(EnvoyHeaders.AttemptCount, Attempts.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Draws the mirrors that get a copy of the call.</summary>
    public void BeginMirrors() => _mirrors = CallMirrors.Draw(this);

    /// <summary>Sends the copies, and gives the request its own body back.</summary>
    public void EndMirrors(CallRunner runner)
    {
        if (_mirrors is { } mirrors)
        {
            _mirrors = null;

            // The copies are picked for themselves, are no retries, and may leave the mesh.
            EndQuestion();
            Context = ContextPropagator.UnmarkRetry(Request, Context!);
            mirrors.End(runner);
        }
    }

    /// <summary>The request body where it is watched; null for others, which cannot fail.</summary>
    public CallerContent? Body { get; private set; }

    /// <summary>Watches a request body that can be read once only, and any whose bytes count against silence.</summary>
    public void WatchBody()
    {
        if (Request.Content is { } content && (Retries.IsOneShot || Deadline is { WatchesSilence: true }))
        {
            Request.Content = Body = new CallerContent(content);
        }
    }

    public void UnwatchBody()
    {
        if (Body is { } body)
        {
            CallerMessage.RestoreContent(Request, body.Inner);
        }
    }

    private void Rewrite(Uri rewritten)
    {
        var uri = Request.RequestUri!;
        _logicalUri = uri;
        Request.RequestUri = rewritten;

        // Not through the property, which makes a URI to check the name: this one comes from a URI.
        _hasWrittenHost = !Request.Headers.NonValidated.Contains("Host")
            && Request.Headers.TryAddWithoutValidation("Host", AuthorityRewrite.HostHeader(uri));
    }

    /// <summary>What an upgraded request had before.</summary>
    private sealed record ProtocolUpgrade(Version Version, HttpVersionPolicy Policy);
}
