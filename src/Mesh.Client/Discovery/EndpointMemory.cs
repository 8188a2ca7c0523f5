using Mesh.Client.Model;

namespace Mesh.Client.Discovery;

/// <summary>
/// What is known of a service: of each question that its rules ask, however often the rules around it change. Every list made of it is
/// complete: a question that fails is in it with its last answer. Not for several threads; <see cref="EndpointWatcher"/> has the lock.
/// </summary>
internal sealed class EndpointMemory
{
    private readonly Dictionary<EndpointQuestion, QuestionView> _known = [];
    private EndpointPlan? _plan;
    private long _takenAt;

    // What the rules of now come to, and what is served of earlier ones while that has yet to be found out.
    private IReadOnlyList<Endpoint> _current = [];
    private IReadOnlyList<Endpoint> _earlier = [];
    private TimeSpan? _restoredAge;
    private bool _isChanged;

    public QuestionView this[EndpointQuestion question]
    {
        get => _known[question];
        set
        {
            _isChanged |= !ReferenceEquals(_known[question].Endpoints, value.Endpoints);
            _known[question] = value;
        }
    }

    /// <summary>From now on these are the questions. What is known of those that were asked before stays.</summary>
    public void Take(EndpointPlan plan, long now)
    {
        var kept = plan.Questions.ToHashSet();
        if (_plan is not null)
        {
            _earlier = [.. _earlier.Concat(_plan.Compose(question => kept.Contains(question) ? [] : _known[question].Endpoints)).Take(EndpointView.MaximumEndpoints)];
        }

        foreach (var question in _known.Keys.Except(kept).ToList())
        {
            _known.Remove(question);
        }

        foreach (var question in plan.Questions)
        {
            _known.TryAdd(question, QuestionView.Begin(now));
        }

        (_plan, _takenAt, _isChanged) = (plan, now, true);
    }

    /// <summary>Before the first questions: these were known in an earlier run, and are served as those of earlier rules are.</summary>
    public void Restore(RestoredEndpoints restored)
    {
        _earlier = restored.Endpoints.Count > EndpointView.MaximumEndpoints ? [.. restored.Endpoints.Take(EndpointView.MaximumEndpoints)] : restored.Endpoints;
        _restoredAge = restored.Age;
        _isChanged = true;
    }

    /// <summary>What is to be served in place of <paramref name="shown"/>.</summary>
    public EndpointView Show(EndpointView shown)
    {
        if (_plan is null)
        {
            return shown;
        }

        var questions = _plan.Questions.Select(question => _known[question]).ToList();
        if (_isChanged)
        {
            _current = _plan.Compose(question => _known[question].Endpoints);
        }

        // Endpoints of earlier rules bridge the time until each new name has answered or failed, and longer only where there is nothing else.
        if (_earlier.Count > 0 && !IsAny(questions, DiscoveryState.Pending) && (_current.Count > 0 || !IsAny(questions, DiscoveryState.Failed)))
        {
            (_earlier, _restoredAge, _isChanged) = ([], null, true);
        }

        IReadOnlyList<Endpoint> all = _earlier.Count == 0 ? _current : [.. _current, .. _earlier];
        var endpoints = _isChanged ? shown.Endpoints.Replace(all) : shown.Endpoints;
        _isChanged = false;
        var otherwiseConfirmedAt = _current.Count == 0 && _earlier.Count > 0 ? shown.ConfirmedAt
            : _current.Count > 0 || questions.Count == 0 ? _takenAt
            : questions.Min(question => question.ConfirmedAt);
        var view = EndpointView.Of(endpoints, questions, otherwiseConfirmedAt) with { IsCut = all.Count > EndpointView.MaximumEndpoints };
        return _restoredAge is null ? view : view with
        {
            State = DiscoveryState.Stale,
            Problem = view.Problem ?? "the source has not answered since the start, and the endpoints are those of an earlier run",
        };
    }

    private static bool IsAny(List<QuestionView> questions, DiscoveryState state) => questions.Exists(question => question.State == state);
}
