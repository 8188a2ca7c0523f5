using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Pipeline;
using Mesh.Client.Resilience;

namespace Mesh.Client.Diagnostics;

/// <summary>What a rule, the caller or the defaults say about a call, field by field.</summary>
internal static class RuleSettings
{
    private const int Million = 1_000_000;
    private const string OfRequest = "a header of the request";
    private const double PartsPerPercent = 10_000;

    public static IReadOnlyList<MeshSetting> Of(HttpRequestMessage request, RouteRuleModel? rule, MeshExtension extension)
    {
        var overrides = extension.EnvoyRequestHeaders ? CallOverrides.Read(request, rule, default) : null;
        return
        [
            .. Fault(rule?.Fault), Timeout(request, rule, overrides), .. TimeLimits(rule), .. StreamDuration(overrides),
            .. Retries(request, overrides?.Retries ?? MeshCall.RetryPolicyOf(request, rule), rule), .. Hedging(overrides), .. Mirrors(rule),
        ];
    }

    /// <summary>What is changed on the messages of a call.</summary>
    public static IReadOnlyList<MeshSetting> OfEdits(EditsModel? edits) => edits is null
        ? []
        : [.. Rewrite(edits), .. Headers("request", edits.Request), .. Headers("response", edits.Response)];

    /// <summary>The fault aborts every call.</summary>
    public static bool AlwaysAborts(FaultModel? fault) => fault is { AbortPartsPerMillion: >= Million };

    private static IEnumerable<MeshSetting> Fault(FaultModel? fault)
    {
        if (fault is { DelayPartsPerMillion: > 0 })
        {
            yield return new("fault.delay.fixedDelay", Wording.Duration(fault.Delay), null);
            yield return new("fault.delay.percentage", Wording.Percent(fault.DelayPartsPerMillion / PartsPerPercent), null);
        }

        if (fault is { AbortPartsPerMillion: > 0 })
        {
            yield return fault.AbortGrpcStatus is { } grpcStatus
                ? new("fault.abort.grpcStatus", Wording.Number(grpcStatus), null)
                : new("fault.abort.httpStatus", Wording.Number(fault.AbortHttpStatus), null);
            yield return new("fault.abort.percentage", Wording.Percent(fault.AbortPartsPerMillion / PartsPerPercent), null);
        }
    }

    private static IEnumerable<MeshSetting> Rewrite(EditsModel edits)
    {
        if (edits.Path is { } path)
        {
            yield return new("rewrite.uri", path, null);
        }

        if (edits.Substitution is { } substitution)
        {
            yield return new("rewrite.uriRegexRewrite", $"{substitution.Pattern} to {substitution.Replacement}", null);
        }

        if (edits.Authority is { } authority)
        {
            yield return new("rewrite.authority", authority, null);
        }
    }

    private static IEnumerable<MeshSetting> Headers(string message, HeaderOperation[] operations)
        => operations.Select(operation => new MeshSetting($"headers.{message}.{Name(operation.Kind)}", operation.Name, null));

    private static string Name(HeaderOperationKind kind) => kind switch
    {
        HeaderOperationKind.Remove => "remove",
        HeaderOperationKind.Set => "set",
        _ => "add",
    };

    private static IEnumerable<MeshSetting> Mirrors(RouteRuleModel? rule)
        => rule?.Mirrors.Select(mirror => new MeshSetting("mirror", $"{mirror.Host}, {Wording.Percent(mirror.PartsPerMillion / PartsPerPercent)}", null)) ?? [];

    private static MeshSetting Timeout(HttpRequestMessage request, RouteRuleModel? rule, CallOverrides? overrides)
    {
        if (overrides?.Timeout is { } asked)
        {
            return new("timeout", asked > TimeSpan.Zero ? Wording.Duration(asked) : "none", OfRequest);
        }

        var timeout = MeshCall.TimeoutOf(request, rule);
        var origin = request.GetMesh()?.Timeout is not null ? "the caller" : timeout is null ? "default" : null;
        return new("timeout", timeout is { } time ? Wording.Duration(time) : "none", origin);
    }

    private static IEnumerable<MeshSetting> TimeLimits(RouteRuleModel? rule)
    {
        if (rule?.HeadersTimeout is { } headers)
        {
            yield return new("x-mesh.headersTimeout", Wording.Duration(headers), null);
        }

        if (rule?.IdleTimeout is { } idle)
        {
            yield return new("x-mesh.idleTimeout", Wording.Duration(idle), null);
        }
    }

    private static IEnumerable<MeshSetting> StreamDuration(CallOverrides? overrides)
    {
        if (overrides?.StreamDuration is { } duration)
        {
            yield return new(EnvoyHeaders.StreamDuration, Wording.Duration(duration), OfRequest);
        }
    }

    /// <summary>In place of what the cluster's policy says.</summary>
    private static IEnumerable<MeshSetting> Hedging(CallOverrides? overrides)
    {
        if (overrides?.Hedging is { Delay: { } delay } hedging)
        {
            yield return new("hedging.delay", Wording.Duration(delay), OfRequest);
            yield return new("hedging.maxHedges", Wording.Number(hedging.MaxHedges), OfRequest);
        }
    }

    private static IEnumerable<MeshSetting> Retries(HttpRequestMessage request, RetryPolicyModel policy, RouteRuleModel? rule)
    {
        var isCallers = request.GetMesh() is { DisableRetries: true };
        var isOfHeaders = !ReferenceEquals(policy, MeshCall.RetryPolicyOf(request, rule));
        var origin = isCallers ? "the caller" : isOfHeaders ? "with headers of the request" : ReferenceEquals(policy, RetryPolicyModel.Default) ? "default" : null;
        yield return new("retries.attempts", Wording.Number(policy.Attempts), origin);
        if (policy.Attempts == 0)
        {
            yield break;
        }

        var bound = Replay.IsIdempotent(request.Method) ? "" : $"; {request.Method.Method} only where it was not sent";
        yield return new("retries.retryOn", RetryOn(policy), isOfHeaders ? "with headers of the request" : policy.IsDefault ? $"default{bound}" : null);
        if (policy.PerTryTimeout is { } perTry)
        {
            yield return new("retries.perTryTimeout", Wording.Duration(perTry), null);
        }

        var isDefaultBackoff = policy.BackoffBase == RetryPolicyModel.Default.BackoffBase;
        yield return new("retries.backoff", Wording.Duration(policy.BackoffBase), isDefaultBackoff ? "default" : null);
        if (policy.AvoidTriedEndpoints is { } avoids)
        {
            yield return new("retries.retryIgnorePreviousHosts", avoids ? "true" : "false", null);
        }

        if (policy.LeavesPriorities)
        {
            yield return new("retries.retryRemoteLocalities", "true", null);
        }
    }

    private static string RetryOn(RetryPolicyModel policy)
    {
        var conditions = RetryConditionTexts.All.Where(entry => policy.Conditions.HasFlag(entry.Condition)).Select(entry => entry.Text);
        return string.Join(',', conditions.Concat(policy.RetriableStatusCodes.Select(Wording.Number)));
    }
}
