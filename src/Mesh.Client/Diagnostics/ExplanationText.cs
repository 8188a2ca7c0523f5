namespace Mesh.Client.Diagnostics;

/// <summary>An explanation as lines: the outcome first, then how it came about.</summary>
internal sealed class ExplanationText
{
    private readonly IndentedText _text = new();
    private readonly HashSet<string> _clusters = [];

    private ExplanationText()
    {
    }

    public static string Write(MeshExplanation explanation)
    {
        var writer = new ExplanationText();
        writer.WriteAll(explanation);
        return writer._text.ToString();
    }

    private void WriteAll(MeshExplanation explanation)
    {
        _text.Line($"{explanation.Method} {AddressOf(explanation.RequestUri)}");
        _text.Line(Outcome(explanation));
        if (explanation.PassedBy is not null)
        {
            return;
        }

        _text.Line($"host: {explanation.Host}, port {Wording.Number(explanation.Port)}");
        _text.Line(explanation.VirtualService is { } resource
            ? $"rules: {resource}{At(explanation.Place)}"
            : "rules: no VirtualService and no route names the host, so the service is called as a whole");
        _text.Indented(explanation.Notes, _text.Line);
        _text.Indented(explanation.Rules, WriteRule);
        if (explanation.Settings.Count > 0)
        {
            _text.Line("call:");
            _text.Indented(explanation.Settings, WriteSetting);
        }

        foreach (var destination in explanation.Destinations)
        {
            WriteDestination(destination);
        }
    }

    private static string Outcome(MeshExplanation explanation)
    {
        if (explanation is { PassedBy: { } passedBy })
        {
            return explanation.Answer is { } blocked
                ? $"=> the mesh answers {blocked}; {passedBy}"
                : $"=> not through the mesh but by the client's own handler: {passedBy}";
        }

        var by = explanation.Rule is { } rule ? $" by {rule}" : "";
        if (explanation.Answer is { } answer)
        {
            return $"=> the mesh answers {answer}";
        }

        var chosen = explanation.Destinations.Where(destination => destination.Share > 0).ToList();
        return chosen.Select(destination => destination.Answer is null ? destination.Cluster?.Name : null).Distinct().ToList() is [{ } only]
            ? $"=> goes to {only}{by}"
            : $"=> goes to one of {Wording.Number(chosen.Count)} destinations{by}";
    }

    /// <summary>Without user and password.</summary>
    private static string AddressOf(Uri? uri) => uri switch
    {
        null => "(no address)",
        { IsAbsoluteUri: false } => uri.OriginalString,
        _ => uri.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped),
    };

    private static string At(string? place) => place is null ? "" : $", {place}";

    private void WriteRule(MeshRuleExplanation rule)
    {
        var outcome = rule.Outcome switch
        {
            MeshRuleOutcome.Taken => rule.Matches.Count == 0 ? "taken, it has no match and takes every call" : "taken",
            MeshRuleOutcome.NotTaken => "not taken",
            _ => "not looked at",
        };
        _text.Line($"{rule.Name}: {outcome}{At(rule.Place)}");
        _text.Indented(rule.Matches, WriteMatch);
    }

    private void WriteMatch(MeshMatchExplanation match)
    {
        var place = match.Path[(match.Path.IndexOf('.', StringComparison.Ordinal) + 1)..];
        var name = match.Name is null ? place : $"{place} ({match.Name})";
        _text.Line(match.Holds ? $"{name}: holds" : $"{name}: {match.Field} {match.Asked}: {match.Found}");
    }

    private void WriteSetting(MeshSetting setting) => _text.Line(setting.ToString());

    private void WriteDestination(MeshDestinationExplanation destination)
    {
        var subset = destination.Subset is null ? "" : $" subset {destination.Subset}";
        var asked = destination.SubsetOfCaller is null ? "" : $", the caller asks for subset {destination.SubsetOfCaller} instead";
        var never = destination.Share == 0 ? ", weight 0 is never chosen" : "";
        _text.Line($"{Wording.Percent(destination.Share)} to {destination.Host}{subset}{asked}{never}");
        using (_text.Indent())
        {
            foreach (var change in destination.Changes)
            {
                WriteSetting(change);
            }

            if (destination.Answer is { } answer)
            {
                _text.Line($"the mesh answers {answer}");
            }

            if (destination.HashedBy is { } hashedBy)
            {
                _text.Line($"hashed by {hashedBy}");
            }

            if (destination.Cluster is { } cluster && _clusters.Add(cluster.Name))
            {
                ClusterText.Write(_text, cluster);
            }
            else if (destination.Cluster is { } shown)
            {
                _text.Line($"cluster {shown.Name}, as above");
            }
        }
    }
}
