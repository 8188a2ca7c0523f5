namespace Mesh.Client.Configuration;

/// <summary><c>backendRefs</c>, and the backend of a mirror.</summary>
internal static class BackendsBinder
{
    private const int LargestWeight = 1_000_000;

    /// <summary>Those that get calls, the invalid ones included: their share of the calls is answered by the mesh.</summary>
    /// <param name="fields">The rule.</param>
    /// <param name="place">Which filters there are.</param>
    /// <param name="none">Why none is left, as a clause; null where one is.</param>
    public static IReadOnlyList<RouteDestinationConfiguration> Bind(FieldReader fields, FilterPlace place, out string? none)
    {
        var items = fields.Items("backendRefs");
        var backends = items.Select(item => FieldReader.Open(item, fields.Findings)).OfType<FieldReader>().Select(item => BindEntry(item, place)).ToList();
        var weighted = backends.FindAll(backend => backend.Weight > 0);
        none = items.Count == 0 ? "the rule has no backendRefs" : weighted.Count == 0 ? "all backendRefs have the weight 0" : null;
        return weighted;
    }

    /// <summary>Without weight and filters, which a mirror has not.</summary>
    public static RouteDestinationConfiguration BindReference(FieldReader fields, string consequence)
    {
        var findings = fields.Findings;
        var group = fields.TextOrEmpty("group") ?? "";
        var kind = fields.Text("kind") ?? "Service";
        var name = fields.RequiredText("name");
        var @namespace = ParentsBinder.Namespace(fields);
        var port = fields.Integer("port", 1, 65535);
        var isHost = (group, kind) is ("networking.istio.io", "Hostname");
        var isService = (group, kind) is ("", "Service");
        string? problem = null;
        if (!isService && !isHost)
        {
            problem = $"a backend of kind {FindingSink.Quote(kind)} and group {FindingSink.Quote(group)} is not known";
            findings.Warning(FindingCodes.NoBackend, fields.Node, $"{problem}; {consequence}.", "Name a Service: group \"\" and kind Service are the defaults.");
        }
        else if (name is not null && !DnsName.IsHost(name))
        {
            findings.Error(FindingCodes.BadName, fields.Take("name")!, $"{FindingSink.Quote(name)} cannot be a service: {DnsName.LabelRule}.");
        }

        if (port is null && isService && !fields.Has("port") && !fields.Node.IsMisspelt("port"))
        {
            findings.Error(FindingCodes.MissingField, fields.Node, "'port' is missing: a Service is called at one of its ports.", "Write port: 8080.");
        }

        return new() { Node = fields.Node, Host = name ?? "", Namespace = @namespace, Port = port, Problem = problem };
    }

    private static RouteDestinationConfiguration BindEntry(FieldReader fields, FilterPlace place)
    {
        var weight = fields.Integer("weight", 0, LargestWeight) ?? 1;
        var backend = BindReference(fields, $"its share of the calls is answered {place.UndefinedStatus}");
        var filters = FiltersBinder.Bind(fields, place);
        fields.Finish();
        return backend with { Weight = weight, Headers = filters.Headers, Problem = backend.Problem ?? filters.Unsupported };
    }
}
