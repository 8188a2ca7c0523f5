using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary><c>retries</c>, with the integers inside <c>retryOn</c> as status codes.</summary>
internal static class RetriesBinder
{
    private static readonly string[] Conditions =
    [
        "5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "envoy-ratelimited", "retriable-4xx", "refused-stream",
        "retriable-status-codes", "retriable-headers", "cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable",
    ];

    private const string Http3 = "http3-post-connect-failure";

    public static RetriesConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var codes = new List<int>();
        var retryOn = RetryOn(fields.Take("retryOn"), codes, fields.Findings);
        var retries = new RetriesConfiguration
        {
            Attempts = fields.Integer("attempts", 0, 1000) ?? 0,
            PerTryTimeout = fields.Duration("perTryTimeout"),
            RetryOn = retryOn,
            RetriableStatusCodes = codes,
            Backoff = fields.Duration("backoff"),
            RetryIgnorePreviousHosts = fields.Flag("retryIgnorePreviousHosts"),
            RetryRemoteLocalities = fields.Flag("retryRemoteLocalities") ?? false,
        };
        if (retries.Attempts == 0 && (retryOn is not null || retries.PerTryTimeout is not null || retries.Backoff is not null || fields.Has("retryRemoteLocalities")))
        {
            fields.Findings.Error(FindingCodes.BadRetries, fields.Node, "a retry policy is written, and 'attempts' is 0 or missing, which switches retries off.",
                "Write attempts, or remove the other fields.");
        }

        fields.Finish();
        return retries;
    }

    private static List<string>? RetryOn(ConfigurationNode? node, List<int> codes, FindingSink findings)
    {
        if (node is null || ScalarReader.Text(node, findings) is not { } text)
        {
            // An integer alone is a status code that was not quoted.
            return null;
        }

        var tokens = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (tokens.Length == 0)
        {
            return null;
        }

        var conditions = new List<string>();
        foreach (var token in tokens.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var lower = token.ToLowerInvariant();
            if (int.TryParse(lower, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            {
                Code(node, code, codes, findings);
            }
            else if (Conditions.Contains(lower))
            {
                conditions.Add(lower);
            }
            else if (lower == Http3)
            {
                // Kept, since a list that names nothing else is not the default list.
                conditions.Add(lower);
                findings.Warning(FindingCodes.UnbuiltField, node,
                    $"the retry condition '{Http3}' never holds: System.Net.Http does not say by which protocol a request failed.",
                    "Write reset, which holds for every connection that breaks.");
            }
            else
            {
                var nearest = findings.IsFull ? null : NearestName.Find(lower, Conditions);
                findings.Error(FindingCodes.UnknownValue, node,
                    $"{FindingSink.Quote(token)} is not a retry condition; allowed are {string.Join(", ", Conditions)}, and status codes.",
                    nearest is null ? null : $"Did you mean {nearest}?");
            }
        }

        if (codes.Count > 0 && !conditions.Contains("retriable-status-codes"))
        {
            conditions.Add("retriable-status-codes");
        }

        return conditions;
    }

    private static void Code(ConfigurationNode node, int code, List<int> codes, FindingSink findings)
    {
        if (IsKnownStatus(code))
        {
            codes.Add(code);
            return;
        }

        findings.Error(FindingCodes.OutOfRange, node, string.Create(CultureInfo.InvariantCulture,
            $"'{code}' is not a status code that HTTP knows."));
    }

    /// <summary>Those with a meaning in the registry of HTTP status codes; Istio refuses the others too.</summary>
    private static bool IsKnownStatus(int code) => code is (>= 100 and <= 103) or (>= 200 and <= 208) or 226 or (>= 300 and <= 305) or 307 or 308
        or (>= 400 and <= 418) or (>= 421 and <= 426) or 428 or 429 or 431 or 451 or (>= 500 and <= 508) or 510 or 511;
}
