using System.Globalization;

namespace Mesh.Client.Health;

/// <summary>What an endpoint did; made into words only where it is ejected and somebody listens.</summary>
internal readonly record struct EjectionCause
{
    private readonly Kind _kind;
    private readonly double _value;
    private readonly double _limit;

    private EjectionCause(Kind kind, double value, double limit, int enforcing) => (_kind, _value, _limit, Enforcing) = (kind, value, limit, enforcing);

    private enum Kind
    {
        Errors,
        GatewayErrors,
        TransportFailures,
        SuccessRate,
        FailurePercentage,
    }

    /// <summary>Of 100 ejections for this cause, so many take place.</summary>
    public int Enforcing { get; }

    public static EjectionCause Errors(int count, int enforcing) => new(Kind.Errors, count, 0, enforcing);

    public static EjectionCause GatewayErrors(int count, int enforcing) => new(Kind.GatewayErrors, count, 0, enforcing);

    public static EjectionCause TransportFailures(int count, int enforcing) => new(Kind.TransportFailures, count, 0, enforcing);

    public static EjectionCause SuccessRate(double percent, double leastPercent, int enforcing) => new(Kind.SuccessRate, percent, leastPercent, enforcing);

    public static EjectionCause FailurePercentage(double percent, int limit, int enforcing) => new(Kind.FailurePercentage, percent, limit, enforcing);

    public override string ToString() => _kind switch
    {
        Kind.GatewayErrors => string.Create(CultureInfo.InvariantCulture, $"{_value} gateway errors in a row"),
        Kind.TransportFailures => string.Create(CultureInfo.InvariantCulture, $"{_value} failures of the transport in a row"),
        Kind.SuccessRate => string.Create(CultureInfo.InvariantCulture, $"{_value:0.#} % of successes in an interval, less than the {_limit:0.#} % that the other endpoints ask for"),
        Kind.FailurePercentage => string.Create(CultureInfo.InvariantCulture, $"{_value:0.#} % of failures in an interval, the limit being {_limit:0.#} %"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{_value} errors in a row"),
    };
}
