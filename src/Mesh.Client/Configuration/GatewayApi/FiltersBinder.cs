namespace Mesh.Client.Configuration;

/// <summary><c>filters</c> of a rule or of one of its backends.</summary>
internal static class FiltersBinder
{
    private static readonly ValueCheck Reference = ValueChecks.Fields(("group", ValueChecks.Text), ("kind", ValueChecks.Text), ("name", ValueChecks.Text));

    public static RouteFilters Bind(FieldReader fields, FilterPlace place)
    {
        var filters = RouteFilters.None;
        var seen = new HashSet<string>();
        foreach (var item in fields.Items("filters"))
        {
            if (FieldReader.Open(item, fields.Findings) is { } filter)
            {
                filters = Add(filters, filter, place, seen);
            }
        }

        if (filters is { Redirect: not null, Rewrite: not null })
        {
            fields.Findings.Error(FindingCodes.BadFilter, fields.Take("filters")!, "RequestRedirect and URLRewrite exclude each other: a redirect sends nothing on.", "Keep one of them.");
        }

        return filters;
    }

    /// <summary>What takes the place of a prefix needs a prefix.</summary>
    public static void CheckPrefixes(FieldReader rule, RouteFilters filters, IReadOnlyList<RankedMatch> matches)
    {
        if ((filters.Redirect?.PrefixRewrite ?? filters.Rewrite?.Uri) is not null && matches is not [{ Match.Uri: null or { Kind: StringMatchKind.PathPrefix } }])
        {
            rule.Findings.Error(FindingCodes.BadFilter, rule.Take("filters")!, "ReplacePrefixMatch needs a rule with exactly one match, of the type PathPrefix.",
                "Split the rule, or write ReplaceFullPath.");
        }
    }

    private static RouteFilters Add(RouteFilters filters, FieldReader filter, FilterPlace place, HashSet<string> seen)
    {
        var findings = filter.Findings;
        var written = filter.RequiredText("type");
        var type = place.Known.FirstOrDefault(known => known == written);
        var added = filters;
        foreach (var known in place.Known)
        {
            // What stands under another type is read too, so that all that is wrong is told at once.
            if (!filter.Has(FilterPlace.FieldOf(known)))
            {
                continue;
            }

            var with = Add(filters, known, filter);
            if (known == type)
            {
                added = with;
            }
            else if (type is not null)
            {
                findings.Error(FindingCodes.BadFilter, filter.Node, $"'{FilterPlace.FieldOf(known)}' belongs to filters of the type {known}, and this one is of the type {type}.",
                    "Remove it, or write a filter of its own.");
            }
        }

        filter.Finish();
        if (type is null)
        {
            if (written is not null)
            {
                findings.Error(FindingCodes.UnknownValue, filter.Take("type")!, $"{FindingSink.Quote(written)} is not allowed; one of {string.Join(", ", place.Known)} is needed.");
            }

            return filters;
        }

        return Check(filter, type, place, seen) ? added : filters with { Unsupported = $"its filter {type} is not supported" };
    }

    /// <summary>False where the filter does nothing here.</summary>
    private static bool Check(FieldReader filter, string type, FilterPlace place, HashSet<string> seen)
    {
        var (findings, field) = (filter.Findings, FilterPlace.FieldOf(type));
        if (!seen.Add(type) && type is not (FilterPlace.RequestMirror or FilterPlace.ExtensionRef))
        {
            findings.Error(FindingCodes.BadFilter, filter.Node, $"the filter {type} is written twice.", "Join the two.");
        }

        if (!filter.Has(field) && !filter.Node.IsMisspelt(field))
        {
            findings.Error(FindingCodes.BadFilter, filter.Node, $"'{field}' is missing: a filter of the type {type} has its settings there.");
        }

        if (place.Supported.Contains(type))
        {
            return true;
        }

        findings.Warning(FindingCodes.UnsupportedFilter, filter.Take(field) ?? filter.Node,
            $"the filter {type} is not supported {(place.IsOfBackends ? "at a backend" : "here")}; calls that it is for are answered {place.UndefinedStatus}, never sent without it.", "Remove it.");
        return false;
    }

    private static RouteFilters Add(RouteFilters filters, string type, FieldReader filter)
    {
        var field = FilterPlace.FieldOf(type);
        if (type is FilterPlace.ExtensionRef)
        {
            filter.Check(field, Reference);
            return filters;
        }

        if (filter.Object(field) is not { } settings)
        {
            return filters;
        }

        switch (type)
        {
            case FilterPlace.RequestHeaderModifier:
                var request = HeaderModifierBinder.Bind(settings, isResponse: false, out var authority);
                return filters with { Headers = (filters.Headers ?? new() { Node = settings.Node }) with { Request = request, Authority = authority } };
            case FilterPlace.ResponseHeaderModifier:
                var response = HeaderModifierBinder.Bind(settings, isResponse: true, out _);
                return filters with { Headers = (filters.Headers ?? new() { Node = settings.Node }) with { Response = response } };
            case FilterPlace.RequestRedirect:
                return filters with { Redirect = RequestRedirectBinder.Bind(settings) };
            case FilterPlace.UrlRewrite:
                return filters with { Rewrite = UrlRewriteBinder.Bind(settings) };
            case FilterPlace.RequestMirror:
                return RequestMirrorBinder.Bind(settings) is { } mirror ? filters with { Mirrors = [.. filters.Mirrors, mirror] } : filters;
            default:
                return filters;
        }
    }
}
