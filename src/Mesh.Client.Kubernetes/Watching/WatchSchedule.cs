namespace Mesh.Client.Kubernetes.Watching;

/// <summary>When the API server is asked again. Everything is jittered, so that a fleet that lost its server together does not come back together.</summary>
internal sealed class WatchSchedule(MeshRandom random)
{
    /// <summary>Until the headers of a response are there.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    /// <summary>A list may take long, but something has to come.</summary>
    public static readonly TimeSpan ListSilenceLimit = TimeSpan.FromSeconds(30);

    /// <summary>Servers send a bookmark each minute. One that says nothing may hang, which TCP does not show; the watch is opened anew then.</summary>
    public static readonly TimeSpan WatchSilenceLimit = TimeSpan.FromSeconds(90);

    /// <summary>A stream that ends sooner, without a word, is no success.</summary>
    public static readonly TimeSpan ShortestWatch = TimeSpan.FromSeconds(1);

    /// <summary>Servers that start deny for a while that they know custom resources: known objects are let go when it has been denied for so long.</summary>
    public static readonly TimeSpan AbsenceBelieved = TimeSpan.FromSeconds(15);

    /// <summary>Servers that start refuse valid users for a moment, until they have read who may do what. Once another resource was answered that is over, but
    /// for rights of another kind (Role and ClusterRole are read apart): what is refused later than this is meant. By the back-off that is the third
    /// refusal, at the latest after 1.5 s.</summary>
    public static readonly TimeSpan RefusalBelieved = TimeSpan.FromMilliseconds(700);

    /// <summary>The same where nothing at all was answered yet: the fourth refusal, at the latest after 3.5 s.</summary>
    public static readonly TimeSpan TotalRefusalBelieved = TimeSpan.FromMilliseconds(1600);

    /// <summary>Failures in a row from which on operators are told. A server that restarts causes one or two.</summary>
    public const int FailuresTold = 3;

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(2);

    /// <summary>Doubles from half a second to half a minute, of which at least half is kept; longer where the server asks for it.</summary>
    public TimeSpan AfterFailures(int failures, TimeSpan? retryAfter)
    {
        var longest = FirstBackoff * Math.Pow(2, Math.Min(failures - 1, 20));
        var wait = (longest < LongestBackoff ? longest : LongestBackoff) * (0.5 + (0.5 * random.NextDouble()));
        var asked = retryAfter is { } seconds ? (seconds < LongestRetryAfter ? seconds : LongestRetryAfter) * (1 + (0.2 * random.NextDouble())) : TimeSpan.Zero;
        return asked > wait ? asked : wait;
    }

    /// <summary>Between half a minute and a minute: nobody waits for a resource that is not installed.</summary>
    public TimeSpan WhileAbsent() => LongestBackoff * (1 + random.NextDouble());

    /// <summary>Between two streams, the first of which ended in good order.</summary>
    public TimeSpan BetweenWatches() => TimeSpan.FromMilliseconds(100 * random.NextDouble());

    /// <summary>Before everything is listed anew, as all clients of a server that was restarted have to.</summary>
    public TimeSpan BeforeRelist() => TimeSpan.FromMilliseconds(500 * random.NextDouble());

    /// <summary>When a server that is back tells the watches that wait for it.</summary>
    public TimeSpan AfterRecovery() => TimeSpan.FromMilliseconds(500 * random.NextDouble());

    /// <summary>How long the server is asked to keep a stream open, in seconds: 4 to 8 minutes.</summary>
    public int WatchSeconds() => 240 + random.Next(240);
}
