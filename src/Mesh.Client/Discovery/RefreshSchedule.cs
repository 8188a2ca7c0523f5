namespace Mesh.Client.Discovery;

/// <summary>When to ask a source again. Everything is jittered, so that a fleet that started together does not ask together.</summary>
internal sealed class RefreshSchedule(MeshRandom random)
{
    /// <summary>How long the first call of a service waits for the first answer.</summary>
    public static readonly TimeSpan FirstAnswerLimit = TimeSpan.FromSeconds(5);

    /// <summary>A source that hangs has failed.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    /// <summary>Change signals that come faster are taken together.</summary>
    public static readonly TimeSpan ShortestBetweenSignals = TimeSpan.FromMilliseconds(100);

    /// <summary>Empty answers in a row after which known endpoints are let go. Name servers in trouble deny names that exist, and a rollout
    /// may leave a name without records for a moment; an endpoint that is really gone is found by the calls to it.</summary>
    public const int EmptyAnswersBelieved = 3;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestWhileDoubted = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWhileEmpty = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);

    /// <summary>Ahead of the end: between 80 and 95 % of the validity.</summary>
    public TimeSpan AfterAnswer(TimeSpan validFor) => validFor == Timeout.InfiniteTimeSpan
        ? validFor
        : Clamp(validFor, Longest) * (0.8 + (0.15 * random.NextDouble())) is var ahead && ahead > Shortest ? ahead : Shortest;

    /// <summary>Soon, since known endpoints hang on it.</summary>
    public static TimeSpan AfterDoubtfulEmptiness(TimeSpan validFor) => Clamp(validFor, LongestWhileDoubted);

    public static TimeSpan AfterEmptiness(TimeSpan validFor) => validFor == Timeout.InfiniteTimeSpan ? validFor : Clamp(validFor, LongestWhileEmpty);

    /// <summary>Doubles from half a second to half a minute, of which at least half is kept.</summary>
    public TimeSpan AfterFailures(int failures)
    {
        var longest = FirstBackoff * Math.Pow(2, Math.Min(failures - 1, 20));
        return (longest < LongestBackoff ? longest : LongestBackoff) * (0.5 + (0.5 * random.NextDouble()));
    }

    private static TimeSpan Clamp(TimeSpan validFor, TimeSpan longest) =>
        validFor == Timeout.InfiniteTimeSpan || validFor > longest ? longest : validFor < Shortest ? Shortest : validFor;
}
