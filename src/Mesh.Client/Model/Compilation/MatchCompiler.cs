using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>The conditions of rules. A pattern that many rules use is one object, and is the object that <paramref name="previous"/> had for it,
/// so that what calls have built of it is kept. Which workload calls is known by now, so that conditions on it are decided here.</summary>
internal sealed class MatchCompiler(MeshConfiguration configuration, MeshSnapshot? previous)
{
    private readonly Dictionary<string, Re2Matcher> _patterns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _headerNames = new(StringComparer.Ordinal);

    /// <summary>Every pattern that was met, as written.</summary>
    public IReadOnlyDictionary<string, Re2Matcher> Patterns => _patterns;

    /// <summary>A match that names gateways replaces the VirtualService's list by its own, and then asks nothing else about the caller.</summary>
    public bool AppliesToCaller(HttpMatchConfiguration match)
        => match.Gateways.Count > 0 ? match.Gateways.Contains("mesh") : IsFromNamespace(match) && IsFromLabels(match);

    /// <summary>Those that can hold for a call of this client: a condition that is not built makes its match never hold.</summary>
    public MatchModel[] Compile(IReadOnlyList<HttpMatchConfiguration> matches)
    {
        if (matches.Count == 0)
        {
            return [];
        }

        var compiled = new MatchModel[matches.Count];
        var count = 0;
        for (var i = 0; i < matches.Count; i++)
        {
            if (AppliesToCaller(matches[i]) && matches[i].UnbuiltCondition is null)
            {
                compiled[count++] = Compile(matches[i]);
            }
        }

        return count == compiled.Length ? compiled : compiled[..count];
    }

    private bool IsFromNamespace(HttpMatchConfiguration match) => match.SourceNamespace is not { } name || name == configuration.Namespace;

    private bool IsFromLabels(HttpMatchConfiguration match)
    {
        // Asked of every match of every rule, and an enumerator of the interface is an object.
        if (match.SourceLabels.Count == 0)
        {
            return true;
        }

        foreach (var (key, value) in match.SourceLabels)
        {
            if (!configuration.Workload.Labels.TryGetValue(key, out var own) || own != value)
            {
                return false;
            }
        }

        return true;
    }

    private MatchModel Compile(HttpMatchConfiguration match) => new()
    {
        Uri = Compile(match.Uri, match.IgnoreUriCase),
        Method = Compile(match.Method),
        Scheme = Compile(match.Scheme),
        Authority = Compile(match.Authority),
        Headers = Compile(match.Headers),
        WithoutHeaders = Compile(match.WithoutHeaders),
        QueryParams = match.QueryParams.Count == 0 ? [] : [.. match.QueryParams.Select(parameter => new QueryMatchModel(parameter.Key, Compile(parameter.Value)!))],
        Port = match.Port,
    };

    private HeaderMatchModel[] Compile(IReadOnlyList<KeyValuePair<string, StringMatchConfiguration>> headers)
    {
        var compiled = headers.Count == 0 ? [] : new HeaderMatchModel[headers.Count];
        for (var i = 0; i < compiled.Length; i++)
        {
            compiled[i] = new(HeaderName(headers[i].Key), Compile(headers[i].Value)!);
        }

        return compiled;
    }

    /// <summary>Thousands of rules ask for a few headers: one text each stays in the processor's caches, and is equal by reference. The runtime's
    /// own text of that name, which is also that of an application that names the header by a literal: comparing the two without regard to case
    /// takes as long as all the rest of finding a header.</summary>
    private string HeaderName(string written)
    {
        if (!_headerNames.TryGetValue(written, out var name))
        {
            _headerNames.Add(written, name = string.Intern(written.ToLowerInvariant()));
        }

        return name;
    }

    private StringMatchModel? Compile(StringMatchConfiguration? match, bool ignoreCase = false) => match is null
        ? null
        : new()
        {
            Kind = match.Kind,
            Value = match.Value,
            IgnoreCase = ignoreCase && match.Kind != StringMatchKind.Regex,
            Pattern = match.Kind == StringMatchKind.Regex ? Pattern(match.Value) : null,
        };

    private Re2Matcher Pattern(string pattern)
    {
        if (!_patterns.TryGetValue(pattern, out var matcher))
        {
            matcher = previous?.Patterns.GetValueOrDefault(pattern) ?? new(pattern);
            _patterns.Add(pattern, matcher);
        }

        return matcher;
    }
}
