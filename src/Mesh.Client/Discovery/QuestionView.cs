using Mesh.Client.Model;

namespace Mesh.Client.Discovery;

/// <summary>What is known of one question, as one object.</summary>
/// <param name="Endpoints">The newest answer that is believed, in the source's order.</param>
/// <param name="State">How much that is to be believed.</param>
/// <param name="ConfirmedAt">The timestamp of the last answer that confirmed it; of the beginning where none did.</param>
/// <param name="Problem">The last failure or empty answer.</param>
/// <param name="EmptyAnswers">Empty answers in a row.</param>
internal sealed record QuestionView(
    IReadOnlyList<Endpoint> Endpoints, DiscoveryState State, long ConfirmedAt, string? Problem = null, int EmptyAnswers = 0)
{
    /// <summary>It failed, and will until the rules change.</summary>
    public bool IsGivenUp { get; private init; }

    public static QuestionView Begin(long now) => new([], DiscoveryState.Pending, now);

    public QuestionView After(EndpointAnswer answer, long now)
    {
        if (answer.Endpoints.Count > 0)
        {
            IReadOnlyList<Endpoint> endpoints = answer.LeavesOpen is { } leavesOpen
                ? [.. answer.Endpoints, .. Endpoints.Where(leavesOpen)]
                : answer.Endpoints;
            endpoints = EndpointList.IsSame(endpoints, Endpoints) ? Endpoints : endpoints;
            return answer.Doubt is null
                ? new QuestionView(endpoints, DiscoveryState.Known, now)
                : new QuestionView(endpoints, DiscoveryState.Stale, ConfirmedAt, answer.Doubt);
        }

        if (answer.Doubt is not null)
        {
            return new QuestionView([], DiscoveryState.Failed, ConfirmedAt, answer.Doubt);
        }

        return Endpoints.Count > 0 && !answer.IsEmptinessFinal && EmptyAnswers + 1 < RefreshSchedule.EmptyAnswersBelieved
            ? this with { State = DiscoveryState.Stale, Problem = answer.Explanation, EmptyAnswers = EmptyAnswers + 1 }
            : new QuestionView([], DiscoveryState.Empty, now, answer.Explanation, EmptyAnswers + 1);
    }

    /// <summary>After a failure: what is known stays known.</summary>
    public QuestionView After(Exception failure) => this with
    {
        State = Endpoints.Count > 0 ? DiscoveryState.Stale : DiscoveryState.Failed,
        Problem = failure.Message,
        IsGivenUp = failure is DiscoveryException { IsPermanent: true },
    };
}
