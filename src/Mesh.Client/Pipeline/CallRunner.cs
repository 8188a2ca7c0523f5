using Mesh.Client.Faults;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Routing;
using Mesh.Client.Telemetry;
using Mesh.Client.Transport;

namespace Mesh.Client.Pipeline;

/// <summary>
/// The life of one call, step by step. It is the one asynchronous frame of the mesh on the request path: what the steps do stands in
/// the rooms, and they return values, not tasks. Synchronous sends run the same steps and never find an unfinished task.
/// </summary>
internal sealed class CallRunner(ClientBinding binding, MeshHandler handler)
{
    /// <summary>The connections are the mesh's own, not those of the application's handler.</summary>
    public bool OwnsTransport => binding.Transport is not null;

    // What lives across an await costs every call: the steps keep their results in the call.
    public async ValueTask<HttpResponseMessage> RunAsync(MeshCall call)
    {
        HttpResponseMessage? response = null;
        Exception? failure = null;
        call.Activity = call.Runtime.Telemetry.StartCall(call.Request);
        try
        {
            // 1. Context: what goes on from the incoming request, before the rules look at the headers.
            call.BeginContext(call.Host.Host.ReceivesContext, binding.TraceWriter);
            CookieJar.Apply(call, binding.Cookies);

            // 2. Route: rule, subset, cluster, or the mesh's own answer.
            response = CallRouter.Route(call, OwnsTransport);
            if (response is not null)
            {
                goto Answered;
            }

            if (!call.Cluster!.Model.Service.ReceivesContext && call.Host.Host.ReceivesContext)
            {
                // The rule leads out of the mesh: trace context goes there, the rest does not.
                call.BeginContext(receivesContext: false, binding.TraceWriter);
            }

            // Made for a request nobody waits for any more? Then nothing is sent, and no fault is waited for either.
            if (!call.TryInheritDeadline())
            {
                return response = CallRouter.NothingLeft(call);
            }

            // 3. Faults: outside the attempts and outside timeout and deadline, but not outside the caller's patience.
            if (call.Rule?.Fault is { } rule && FaultInjector.Decide(rule, call.Runtime.Random) is { IsNone: false } fault)
            {
                response = await CallWaits.InjectAsync(call, fault).ConfigureAwait(false);
                if (response is not null)
                {
                    return response;
                }
            }

            // 4. Deadline: from here to the end of the response body, unless headers of the caller say otherwise.
            if (call.Snapshot.Configuration.Extension.EnvoyRequestHeaders)
            {
                call.Overrides = CallOverrides.Take(call, binding);
            }

            call.StartDeadline();

            // 5. Endpoints: only the first call to a service waits for discovery.
            if (!call.Policy.IsPassThrough && !call.Runtime.Clusters.IsReady(call.Cluster))
            {
                await CallWaits.UntilReadyAsync(call).ConfigureAwait(false);
            }

            // 6. Edits: what the rule changes on the request, for all attempts; routing and faults have looked at it as it was.
            call.ApplyEdits();
            if (call.Policy.UpgradesToHttp2)
            {
                call.UpgradeProtocol();
            }

            CallHash.Begin(call);

            // 7. Replay: decided now, since after an attempt the body may be gone.
            call.Retries = new RetryRules(call.RetryPolicy, call.Request);
            if (call.Retries.WantsBuffer && call.IsAsync)
            {
                await call.Request.Content!.LoadIntoBufferAsync(Replay.BufferLimit, call.Token).ConfigureAwait(false);
                call.Retries.BodyIsBuffered();
            }

            if (call.Rule is { Mirrors.Length: > 0 })
            {
                call.BeginMirrors();
            }

            call.WatchBody();

            // 8. Attempts: pick, send, judge, again.
            while (true)
            {
                // Before the pick, which is to know how things are once the call may go.
                if (ClusterResilience.Of(call.Cluster).Limits is { } admission && CallAdmission.Refuse(call, admission) is { } turnedAway)
                {
                    return response = turnedAway;
                }

                if (call.Cluster.Limits is ConnectionLimits limits && (call.Policy.IsPassThrough || call.Cluster.Endpoints.Groups.Length > 0))
                {
                    await CallWaits.EnterPoolAsync(call, limits).ConfigureAwait(false);
                    if (!call.HoldsConnection)
                    {
                        return response = CallRouter.Overflowed(call);
                    }
                }

                if (call.Runtime.Pick(call) is not { } endpoint)
                {
                    return response = CallRouter.NoEndpoint(call);
                }

                if (CallRouter.RefuseByNow(call, OwnsTransport) is { } refused)
                {
                    return response = refused;
                }

                call.BeginAttempt(endpoint);
                CallBudget.OnAttempt(call);
                call.TellTime();
                AttemptVerdict verdict;
                failure = null;
                try
                {
                    response = await (call.Attempt = call.Hedging is null ? SendAsync(call, call.Token) : CallHedging.SendAsync(this, call)).ConfigureAwait(false);
                    verdict = AttemptVerdict.FromResponse(response, call.RetryPolicy);
                }
                catch (Exception) when (call.CallerToken.IsCancellationRequested || call.Body is { HasFailed: true })
                {
                    // The caller gave up, or could not produce what it wanted to send: no endpoint is to blame.
                    call.Report(CallOutcome.CallerCancelled);
                    throw;
                }
                catch (OperationCanceledException) when (call.Deadline is { HasExpired: true })
                {
                    // The whole time is used up: never repeated.
                    CallFeedback.ReportTimeout(call);
                    return response = CallRouter.TimedOut(call);
                }
                catch (OperationCanceledException exception) when (call.Deadline is { HasAttemptExpired: true })
                {
                    failure = exception;
                    verdict = AttemptVerdict.TimedOut;
                }
                catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
                {
                    failure = exception;
                    verdict = AttemptVerdict.FromException(exception, binding.Transport is not null && !call.Policy.IsPassThrough);
                }
                finally
                {
                    call.RestoreAuthority();
                }

                // 9. Feedback: the next pick, of this call and of others, knows.
                CallFeedback.Report(call, verdict, response, failure);

                // 10. Again, elsewhere?
                if (!CallRetry.TryBegin(call, binding, verdict, response, out var wait))
                {
                    break;
                }

                response = null;
                await CallWaits.DelayAsync(call, wait, call.Token).ConfigureAwait(false);
                call.BeginResend();
            }

            // 11. The end: an answer, or what would be a transport failure without a mesh.
            if (failure is not null)
            {
                return (call.Flags & MeshResponseFlags.UpstreamRequestTimeout) != 0
                    ? response = CallRouter.TimedOut(call)
                    : throw CallErrors.ToException(call, failure);
            }

            CallHash.End(call, response!);
            CookieJar.Store(call.CallerUri, response!, binding.Cookies);
            response!.Content = EndpointContent.Of(call, response);
        }
        catch (OperationCanceledException) when (call.Deadline is { HasExpired: true })
        {
            // The time ran out in a wait: for discovery, for the body's buffer, or before a retry.
            return response = CallRouter.TimedOut(call);
        }
        catch (Exception exception)
        {
            failure = exception;
            if (call.CallerToken.IsCancellationRequested || call.Body is { HasFailed: true })
            {
                call.Flags |= MeshResponseFlags.DownstreamConnectionTermination;
            }

            response?.Dispose();
            response = null;
            throw;
        }
        finally
        {
            // First: what others wait for does not depend on whether the messages can be put right.
            call.Release();
            if (call.Edits is { Response: { Length: > 0 } edits } && response is not null)
            {
                HeaderEditor.Apply(edits, call.Request, response, saved: null);
            }

            call.UnwatchBody();
            call.EndTime();
            call.EndMirrors(this);
            call.RestoreProtocol();
            call.TakeBackEdits();
            call.EndContext();
            CookieJar.Restore(call);

            // Last, since what listens is the application's and may throw.
            if (call.Activity is not null || call.Runtime.Telemetry.AreCallsCounted)
            {
                StopTelemetry(call, response, failure);
            }
        }

    Answered:
        // 12. Redirects of servers and of rules, for clients that follow them: each enters the mesh anew.
        if (call.RedirectsLeft > 0 && Redirect.TargetOf(call.Request, response) is { } target)
        {
            return await handler.FollowAsync(call, response, target).ConfigureAwait(false);
        }

        call.EndUse();
        return response;
    }

    private static void StopTelemetry(MeshCall call, HttpResponseMessage? response, Exception? failure)
    {
        try
        {
            call.StopTelemetry(response is null ? 0 : (int)response.StatusCode, response is null ? failure : null);
        }
        catch
        {
            // The caller gets what the listener threw, and nobody else would end the body.
            response?.Dispose();
            throw;
        }
    }

    /// <summary>Over the mesh's own connections, or through the application's own handler (a test server, a mock, special certificates), which
    /// sees the endpoint's address in the URI and the logical name in <c>Host</c> until the answer has come.</summary>
    public Task<HttpResponseMessage> SendAsync(MeshCall call, CancellationToken token)
    {
        if (binding.Transport is null || call.Policy.IsPassThrough)
        {
            if (!call.Policy.IsPassThrough)
            {
                call.RewriteAuthority();
            }

            return call.IsAsync
                ? handler.SendToPrimaryAsync(call.Request, token)
                : Task.FromResult(handler.SendToPrimary(call.Request, token));
        }

        var transport = call.Runtime.Transports.BeginCall(call.Endpoint!, call.Cluster!, call.Policy, binding.Transport, call.StartedAt);
        call.Transport = transport;
        if (transport.Key.Tls is not null && call.Request.RequestUri!.Scheme == Uri.UriSchemeHttp)
        {
            call.RewriteScheme();
        }

        call.LendWayToProbes(binding.Transport);
        return call.IsAsync
            ? transport.SendAsync(call.Request, token)
            : Task.FromResult(transport.Send(call.Request, token));
    }
}
