namespace Mesh.Client.Discovery;

/// <summary>What a watcher serves, as one object.</summary>
/// <param name="Endpoints">Without duplicates, in the order of the rules or of the source.</param>
/// <param name="State">How much they are to be believed.</param>
/// <param name="ConfirmedAt">The timestamp of the last answer that confirmed them; of several questions, that of the one longest ago.</param>
/// <param name="Problem">The last failure or empty answer.</param>
internal sealed record EndpointView(EndpointList Endpoints, DiscoveryState State, long ConfirmedAt, string? Problem = null)
{
    /// <summary>More than any service has; a source that answers more has gone wrong or is hostile, and must not exhaust the process.</summary>
    public const int MaximumEndpoints = 100_000;

    /// <summary>The sources have said what they have to say, as far as that is worth waiting for.</summary>
    public bool IsSettled { get; private init; }

    /// <summary>There are more endpoints than are used.</summary>
    public bool IsCut { get; init; }

    /// <param name="endpoints">What is served.</param>
    /// <param name="questions">What is known of each question.</param>
    /// <param name="otherwiseConfirmedAt">Where no question has given endpoints.</param>
    public static EndpointView Of(EndpointList endpoints, IReadOnlyList<QuestionView> questions, long otherwiseConfirmedAt)
    {
        var confirmed = questions.Where(question => question.Endpoints.Count > 0).ToList();
        var isPending = questions.Any(question => question.State == DiscoveryState.Pending);
        return new EndpointView(
            endpoints,
            endpoints.Count > 0 ? StateOfSome(questions) : isPending ? DiscoveryState.Pending : StateOfNone(questions),
            confirmed.Count > 0 ? confirmed.Min(question => question.ConfirmedAt) : otherwiseConfirmedAt,
            Describe(questions))
        {
            // One name that fails is not waited for where there is another; where there is nothing, the next attempt may bring it.
            IsSettled = !isPending && (endpoints.Count > 0 || !questions.Any(question => question is { State: DiscoveryState.Failed, IsGivenUp: false })),
        };
    }

    private static DiscoveryState StateOfSome(IReadOnlyList<QuestionView> questions) =>
        questions.Any(question => question.State is DiscoveryState.Stale or DiscoveryState.Failed) ? DiscoveryState.Stale : DiscoveryState.Known;

    private static DiscoveryState StateOfNone(IReadOnlyList<QuestionView> questions) =>
        questions.Any(question => question.State == DiscoveryState.Failed) ? DiscoveryState.Failed : DiscoveryState.Empty;

    private static string? Describe(IReadOnlyList<QuestionView> questions)
    {
        // A failure says more than a name without addresses.
        var problems = questions.Where(question => question.Problem is not null).OrderBy(question => question.State == DiscoveryState.Empty).ToList();
        return problems.Count > 1 ? $"{problems[0].Problem} (and {problems.Count - 1} more of {questions.Count} names)" : problems.FirstOrDefault()?.Problem;
    }
}
