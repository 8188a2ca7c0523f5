using System.Globalization;
using System.Net.Http.Headers;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Pipeline;

/// <summary>Reads the headers by which a caller changes how its call is made. A value that cannot be used counts as not written.</summary>
internal readonly struct CallOverridesReader(HttpRequestHeaders headers, CallOverrides.BadHeaders bad)
{
    /// <summary>As in a rule.</summary>
    private const int MostRetries = 1000;

    /// <summary>What the framework's timers can wait for: 1193 hours.</summary>
    private const long LongestMilliseconds = 1193L * 3600 * 1000;

    private const RetryConditions GrpcConditions = RetryConditions.GrpcCancelled | RetryConditions.GrpcDeadlineExceeded | RetryConditions.GrpcInternal
        | RetryConditions.GrpcResourceExhausted | RetryConditions.GrpcUnavailable;

    public string? Text(string name) => headers.NonValidated.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    public TimeSpan? Milliseconds(string name, bool canBeZero)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= LongestMilliseconds && (number > 0 || canBeZero))
        {
            return TimeSpan.FromMilliseconds(number);
        }

        bad.Tell(name, text, $"milliseconds from {(canBeZero ? 0 : 1)} to {LongestMilliseconds} are allowed");
        return null;
    }

    /// <summary>The policy with what the headers add. Conditions are added to those of the policy, and hold for every method: who asks for them
    /// knows the call. They switch retries on where the policy has none, with one retry as in Envoy.</summary>
    /// <param name="policy">The policy of the rule, or none.</param>
    /// <param name="timeout">The time for the call; a time for an attempt that is not shorter means nothing.</param>
    public RetryPolicyModel Retries(RetryPolicyModel policy, TimeSpan? timeout)
    {
        if (!Array.Exists(EnvoyHeaders.AboutRetries, headers.NonValidated.Contains))
        {
            return policy;
        }

        var own = Conditions(EnvoyHeaders.RetryOn, ~GrpcConditions) | Conditions(EnvoyHeaders.RetryGrpcOn, GrpcConditions);
        var isOn = policy.Attempts > 0;
        var most = own != RetryConditions.None && !isOn ? 1 : policy.Attempts;
        if (Number(EnvoyHeaders.MaxRetries, MostRetries) is { } number && (isOn || own != RetryConditions.None))
        {
            most = number;
        }

        var perTry = Milliseconds(EnvoyHeaders.PerTryTimeout, canBeZero: false);
        return policy with
        {
            Attempts = most,
            Conditions = isOn ? policy.Conditions | own : own,
            CallerConditions = own,
            RetriableStatusCodes = [.. policy.RetriableStatusCodes, .. StatusCodes()],
            RetriableHeaders = [.. policy.RetriableHeaders, .. HeaderNames()],
            PerTryTimeout = perTry is { } time && !(timeout is { } whole && whole > TimeSpan.Zero && time >= whole) ? time : policy.PerTryTimeout,
        };
    }

    /// <summary>An attempt that is late goes on beside the next one: its time is the delay of a copy, and a copy is one of the retries. Null where that is
    /// not asked for, or attempts have no time.</summary>
    /// <param name="policy">With what the other headers add.</param>
    public HedgingConfiguration? HedgingOf(RetryPolicyModel policy)
        => Flag(EnvoyHeaders.HedgeOnPerTryTimeout) && policy is { Attempts: > 0, PerTryTimeout: { } time }
            ? new HedgingConfiguration { Delay = time, MaxHedges = policy.Attempts }
            : null;

    private bool Flag(string name)
    {
        if (Text(name) is not { } text)
        {
            return false;
        }

        var isOn = text.Trim().Equals("true", StringComparison.OrdinalIgnoreCase);
        if (!isOn && !text.Trim().Equals("false", StringComparison.OrdinalIgnoreCase))
        {
            bad.Tell(name, text, "true and false are allowed");
        }

        return isOn;
    }

    private RetryConditions Conditions(string name, RetryConditions allowed)
    {
        var conditions = RetryConditions.None;
        foreach (var token in Tokens(name))
        {
            var condition = RetryTokens.Parse([token.ToLowerInvariant()]) & allowed;
            conditions |= condition;
            if (condition == RetryConditions.None)
            {
                bad.Tell(name, token, "it is no retry condition, or none that can be asked for by this header");
            }
        }

        return conditions;
    }

    private List<int> StatusCodes()
    {
        var codes = new List<int>();
        foreach (var token in Tokens(EnvoyHeaders.RetriableStatusCodes))
        {
            if (int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 100 and <= 599)
            {
                codes.Add(code);
            }
            else
            {
                bad.Tell(EnvoyHeaders.RetriableStatusCodes, token, "status codes from 100 to 599 are allowed, with commas between");
            }
        }

        return codes;
    }

    private List<string> HeaderNames()
    {
        var names = new List<string>();
        foreach (var token in Tokens(EnvoyHeaders.RetriableHeaderNames))
        {
            if (HeaderName.IsValid(token))
            {
                names.Add(token);
            }
            else
            {
                bad.Tell(EnvoyHeaders.RetriableHeaderNames, token, "it is no name of a header");
            }
        }

        return names;
    }

    private int? Number(string name, int most)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most)
        {
            return number;
        }

        bad.Tell(name, text, $"a number from 0 to {most} is allowed");
        return null;
    }

    private string[] Tokens(string name) => Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
