using System.Runtime.CompilerServices;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Routing;

/// <summary>Finds the first rule that matches, by the index where there is one.</summary>
internal static class RuleMatcher
{
    public static RouteRuleModel? Find(VirtualServiceModel virtualService, ref RequestView request)
        => virtualService.Index is { } index ? FindIndexed(index, ref request) : Walk(virtualService.Rules, ref request);

    public static bool IsMatch(MatchModel match, ref RequestView request)
        => (match.Port is not { } port || port == request.Port)
            && (match.Method is not { } method || StringMatcher.IsMatch(method, request.Method))
            && (match.Uri is not { } uri || StringMatcher.IsMatch(uri, request.Path))
            && (match.Scheme is not { } scheme || StringMatcher.IsMatch(scheme, request.Scheme))
            && (match.Authority is not { } authority || MatchesAuthority(authority, ref request))
            && MatchesHeaders(match.Headers, ref request)
            && (match.WithoutHeaders.Length == 0 || MatchesNone(match.WithoutHeaders, ref request))
            && (match.QueryParams.Length == 0 || MatchesQuery(match.QueryParams, ref request));

    /// <summary>The first match of a rule that holds; null where the rule has none.</summary>
    public static MatchModel? FindMatch(RouteRuleModel rule, ref RequestView request)
    {
        foreach (var match in rule.Matches)
        {
            if (IsMatch(match, ref request))
            {
                return match;
            }
        }

        return null;
    }

    private static RouteRuleModel? Walk(RouteRuleModel[] rules, ref RequestView request)
    {
        for (var i = 0; i < rules.Length; i++)
        {
            if (rules[i].Matches.Length == 0 || FindMatch(rules[i], ref request) is not null)
            {
                return rules[i];
            }
        }

        return null;
    }

    private static RouteRuleModel? FindIndexed(RuleIndex index, ref RequestView request)
    {
        var lowest = int.MaxValue;
        if (index.HasPaths)
        {
            Check(index, RuleIndex.PathSeed, request.Path, ref request, ref lowest);
        }

        foreach (var length in index.PrefixLengths)
        {
            if (length > request.Path.Length)
            {
                break;
            }

            Check(index, RuleIndex.PrefixSeed, request.Path[..length], ref request, ref lowest);
        }

        var headers = index.Headers;
        for (var i = 0; i < headers.Length; i++)
        {
            if (request.TryGetHeader(headers[i], out var value))
            {
                Check(index, RuleIndex.HeaderSeed + (uint)i, value, ref request, ref lowest);
            }
        }

        CheckRest(index, ref request, ref lowest);
        return lowest == int.MaxValue ? null : index.Entries[lowest].Rule;
    }

    /// <summary>Lowers <paramref name="lowest"/> to the first of a bucket that holds, looking no further than what was found so far.</summary>
    private static void Check(RuleIndex index, uint seed, ReadOnlySpan<char> text, ref RequestView request, ref int lowest)
    {
        var entries = index.Entries;
        var position = index.Find(seed, text);
        while ((uint)position < (uint)lowest)
        {
            ref readonly var entry = ref entries[position];
            if (entry.OnlyText is { } only ? entry.Seed == seed && text.SequenceEqual(only) : IsMatch(entry.Match!, ref request))
            {
                lowest = position;
            }

            position = entry.Next;
        }
    }

    private static void CheckRest(RuleIndex index, ref RequestView request, ref int lowest)
    {
        for (var position = index.Rest; (uint)position < (uint)lowest; position = index.Entries[position].Next)
        {
            if (index.Entries[position].Match is not { } match || IsMatch(match, ref request))
            {
                lowest = position;
            }
        }
    }

    private static bool MatchesHeaders(HeaderMatchModel[] headers, ref RequestView request)
    {
        for (var i = 0; i < headers.Length; i++)
        {
            var header = headers[i];
            if (header.IsPseudo ? !MatchesPseudo(header, ref request)
                : !(request.TryGetHeader(header.Name, out var value) && StringMatcher.IsMatch(header.Value, value)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>But for presence, a header that is not there counts as empty, and only then is the answer turned round: as Envoy does.</summary>
    private static bool MatchesNone(HeaderMatchModel[] headers, ref RequestView request)
    {
        for (var i = 0; i < headers.Length; i++)
        {
            var header = headers[i];
            ReadOnlySpan<char> value = default;
            var holds = header.IsPseudo ? MatchesPseudo(header, ref request)
                : (request.TryGetHeader(header.Name, out value) || header.Value.Kind != StringMatchKind.Present)
                    && StringMatcher.IsMatch(header.Value, value);
            if (holds)
            {
                return false;
            }
        }

        return true;
    }

    private static bool MatchesQuery(QueryMatchModel[] parameters, ref RequestView request)
    {
        for (var i = 0; i < parameters.Length; i++)
        {
            if (!(request.TryGetQuery(parameters[i].Name, out var value) && StringMatcher.IsMatch(parameters[i].Value, value)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool MatchesPseudo(HeaderMatchModel header, ref RequestView request) => header.Name switch
    {
        // Unlike uri, the header :path carries the query.
        ":path" => StringMatcher.IsMatch(header.Value, request.PathAndQuery),
        ":method" => StringMatcher.IsMatch(header.Value, request.Method),
        ":scheme" => StringMatcher.IsMatch(header.Value, request.Scheme),
        ":authority" or "host" => MatchesAuthority(header.Value, ref request),
        _ => false,
    };

    /// <summary>Its own frame, so that only rules that look at the authority pay for clearing the buffer.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool MatchesAuthority(StringMatchModel condition, ref RequestView request)
        => condition.Kind == StringMatchKind.Present
            || StringMatcher.IsMatch(condition, request.Authority(stackalloc char[RequestView.AuthorityLength]));
}
