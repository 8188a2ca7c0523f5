using System.Globalization;
using CsCheck;

namespace Mesh.Client.Tests.Resilience;

/// <summary>What comes of one attempt that is left alone for as long as it takes.</summary>
internal enum AttemptKind
{
    Answer,
    NoConnection,
    BrokenConnection,
    RefusedStream,
    BrokenProtocol,

    /// <summary>Something that has nothing to do with the network.</summary>
    ForeignException,
}

internal enum BodyKind
{
    None,
    Bytes,

    /// <summary>A stream of known length.</summary>
    ShortStream,

    /// <summary>A stream whose length nobody knows.</summary>
    Stream,
}

/// <param name="Kind">What comes of it.</param>
/// <param name="Status">Of an answer.</param>
/// <param name="RetryAfter">Seconds that an answer asks for.</param>
/// <param name="IsRateLimited">An answer carries <c>x-envoy-ratelimited</c>.</param>
/// <param name="ReadsBody">The request's body is read before anything else; an attempt with a connection always does.</param>
/// <param name="Takes">Milliseconds.</param>
internal sealed record AttemptScript(AttemptKind Kind, int Status, int? RetryAfter, bool IsRateLimited, bool ReadsBody, int Takes)
{
    public bool HasBodyRead => ReadsBody || Kind != AttemptKind.NoConnection;
}

/// <summary>One call: what is asked, by which rule, what the endpoints do, and when its caller gives up. Times are milliseconds.</summary>
internal sealed record RetryLoopScript
{
    public const int EndpointCount = 3;

    private const string AllConditions = "5xx gateway-error reset reset-before-request connect-failure refused-stream retriable-4xx envoy-ratelimited 425 429 503";

    public required string Method { get; init; }

    public required BodyKind Body { get; init; }

    /// <summary>Null: the rule has no <c>retries</c>.</summary>
    public required int? Attempts { get; init; }

    /// <summary>Empty: the rule's <c>retries</c> have no <c>retryOn</c>.</summary>
    public required IReadOnlyList<string> RetryOn { get; init; }

    public required int? PerTryTimeout { get; init; }

    public required bool? IgnorePreviousHosts { get; init; }

    public required int Backoff { get; init; }

    public required int? Timeout { get; init; }

    public required int? CallerGivesUpAt { get; init; }

    public required bool DisableRetries { get; init; }

    public required int Seed { get; init; }

    /// <summary>What the first attempt comes to, the second, ...; whatever comes after them is answered 200.</summary>
    public required IReadOnlyList<AttemptScript> Script { get; init; }

    public static Gen<RetryLoopScript> Any { get; } = Gen.Select(Asked, Ruled, Timed, Attempt.Array[1, 6], Gen.Int[1, 1_000_000])
        .Select((asked, ruled, timed, script, seed) => new RetryLoopScript
        {
            Method = asked.V0,
            Body = asked.V0 is "GET" or "DELETE" ? BodyKind.None : asked.V1,
            DisableRetries = asked.V2,
            Attempts = ruled.V0,
            RetryOn = ruled.V1,
            IgnorePreviousHosts = ruled.V2,
            Backoff = ruled.V3,
            PerTryTimeout = timed.V0,
            Timeout = timed.V1,
            CallerGivesUpAt = timed.V2,
            Script = script,
            Seed = seed,
        });

    // No sum of a few of these numbers comes near another, so that it is certain what comes first.
    private static Gen<AttemptScript> Attempt => Gen.Select(
        Gen.Frequency((6, Gen.Const(AttemptKind.Answer)), (6, Gen.Enum<AttemptKind>())),
        OneOf(200, 409, 425, 429, 500, 503),
        OneOf<int?>(null, null, null, 1, 3, 100),
        OneOf(false, false, false, true),
        Gen.Bool,
        OneOf(0, 101, 307, 5003),
        (kind, status, retryAfter, isLimited, readsBody, takes) => new AttemptScript(kind, status, retryAfter, isLimited, readsBody, takes));

    private static Gen<(string V0, BodyKind V1, bool V2)> Asked => Gen.Select(
        OneOf("GET", "PUT", "POST", "DELETE"), Gen.Enum<BodyKind>(), OneOf(false, false, false, false, false, true));

    private static Gen<(int? V0, string[] V1, bool? V2, int V3)> Ruled => Gen.Select(
        OneOf<int?>(null, 0, 1, 2, 4),
        OneOf(AllConditions.Split(' ')).Array[0, 5],
        OneOf<bool?>(null, true, false),
        OneOf(1, 25, 400));

    private static Gen<(int? V0, int? V1, int? V2)> Timed => Gen.Select(
        OneOf<int?>(null, 251, 503), OneOf<int?>(null, 653, 1409, 4217), OneOf<int?>(null, null, 59, 557, 1151));

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    /// <summary>The rules that say so.</summary>
    public string ToRules()
    {
        static string Milliseconds(int value) => string.Create(CultureInfo.InvariantCulture, $"\"{value}ms\"");

        var retries = Attempts switch
        {
            null => "",
            0 => """ "retries": { "attempts": 0 }, """,
            _ => $$"""
                "retries": { "attempts": {{Attempts}}, "backoff": {{Milliseconds(Backoff)}}
                {{(RetryOn.Count == 0 ? "" : $", \"retryOn\": \"{string.Join(',', RetryOn)}\"")}}
                {{(PerTryTimeout is { } perTry ? $", \"perTryTimeout\": {Milliseconds(perTry)}" : "")}}
                {{(IgnorePreviousHosts is { } ignore ? $", \"retryIgnorePreviousHosts\": {(ignore ? "true" : "false")}" : "")}} },
                """,
        };
        return $$"""
            { "Seed": {{Seed}},
              "Services": { "reviews": { "Ports": [ { "Number": 9080 } ], "Endpoints": [
                { "Address": "10.0.0.1:80" }, { "Address": "10.0.0.2:80" }, { "Address": "10.0.0.3:80" } ] } },
              "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{retries}} {{(Timeout is { } timeout ? $"\"timeout\": {Milliseconds(timeout)}," : "")}}
                "route": [ { "destination": { "host": "reviews" } } ] } ] } } }
            """;
    }

    public override string ToString() => $"""
        {Method} {Body} attempts={Attempts} retryOn={string.Join(',', RetryOn)} perTry={PerTryTimeout} backoff={Backoff} ignorePrevious={IgnorePreviousHosts}
        timeout={Timeout} callerGivesUpAt={CallerGivesUpAt} disableRetries={DisableRetries} seed={Seed}
        {string.Join("\n", Script)}
        """;
}
