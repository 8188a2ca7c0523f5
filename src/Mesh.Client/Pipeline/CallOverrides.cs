using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;

namespace Mesh.Client.Pipeline;

/// <summary>What the headers of one request ask for in place of its rule, as Envoy reads them.</summary>
internal sealed class CallOverrides
{
    private readonly List<SavedHeader> _taken = [];

    /// <summary>The rule's policy with what the headers add to it.</summary>
    public required RetryPolicyModel Retries { get; init; }

    /// <summary>Null where no header names a time for the call; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> where one takes the rule's away.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>In place of what the rules say: an attempt that is late goes on beside the next one. Null where no header asks for that.</summary>
    public HedgingConfiguration? Hedging { get; init; }

    /// <summary>To the end of the response, whatever other times say; null where no header names one.</summary>
    public TimeSpan? StreamDuration { get; init; }

    /// <summary>The end of the call's time is answered 204 in place of 504.</summary>
    public bool AnswersTimeoutWithNoContent { get; init; }

    /// <summary>Takes the headers off the request; null where none of them is there.</summary>
    /// <param name="call">A call whose rule is known.</param>
    /// <param name="binding">Its client.</param>
    public static CallOverrides? Take(MeshCall call, ClientBinding binding)
    {
        var headers = call.Request.Headers;
        if (Read(call.Request, call.Rule, new BadHeaders(call, binding)) is not { } overrides)
        {
            return null;
        }

        foreach (var name in EnvoyHeaders.OfCallers)
        {
            if (headers.NonValidated.Contains(name))
            {
                overrides._taken.Add(SavedHeader.Of(headers, name));
                headers.Remove(name);
            }
        }

        return overrides;
    }

    /// <summary>What the headers ask for, where the caller has not asked for it in code; null where none of them is there.</summary>
    /// <param name="request">The request.</param>
    /// <param name="rule">To whose settings they are added.</param>
    /// <param name="bad">Hears of what cannot be used, and is ignored.</param>
    public static CallOverrides? Read(HttpRequestMessage request, RouteRuleModel? rule, BadHeaders bad)
    {
        var headers = request.Headers;
        if (!Array.Exists(EnvoyHeaders.OfCallers, headers.NonValidated.Contains))
        {
            return null;
        }

        var reader = new CallOverridesReader(headers, bad);
        var options = request.GetMesh();
        var policy = MeshCall.RetryPolicyOf(request, rule);
        var total = options?.Timeout is not null ? null : reader.Milliseconds(EnvoyHeaders.Timeout, canBeZero: true) is { } time
            ? time > TimeSpan.Zero ? time : System.Threading.Timeout.InfiniteTimeSpan
            : (TimeSpan?)null;
        var retries = options is { DisableRetries: true } ? policy : reader.Retries(policy, total ?? MeshCall.TimeoutOf(request, rule));
        var hedging = reader.HedgingOf(retries);
        return new CallOverrides
        {
            Retries = hedging is null ? retries : retries with { PerTryTimeout = null },
            Hedging = hedging,
            Timeout = total,
            StreamDuration = reader.Milliseconds(EnvoyHeaders.StreamDuration, canBeZero: true) is { Ticks: > 0 } duration ? duration : null,
            AnswersTimeoutWithNoContent = reader.Text(EnvoyHeaders.TimeoutAnswer) is not null,
        };
    }

    /// <summary>Puts the headers back on the caller's message.</summary>
    public void GiveBack()
    {
        foreach (var header in _taken)
        {
            header.Restore();
        }

        _taken.Clear();
    }

    /// <summary>Where values that cannot be used are told.</summary>
    /// <param name="Call">Null: nowhere.</param>
    /// <param name="Binding">Its client.</param>
    internal readonly record struct BadHeaders(MeshCall? Call, ClientBinding? Binding)
    {
        public void Tell(string header, string value, string reason)
            => Call?.Runtime.ClientReports.BadRequestHeader(Binding!.Name, Call.Host.Host.Name, header, value, reason);
    }
}
