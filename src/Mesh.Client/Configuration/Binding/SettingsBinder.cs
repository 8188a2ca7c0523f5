using System.Globalization;
using System.Net;

namespace Mesh.Client.Configuration;

/// <summary>The settings of a <c>Mesh</c> section that are no rules.</summary>
internal static class SettingsBinder
{
    public static readonly KeyValuePair<string, OutboundTrafficPolicyMode>[] Modes =
    [
        new("ALLOW_ANY", OutboundTrafficPolicyMode.AllowAny), new("REGISTRY_ONLY", OutboundTrafficPolicyMode.RegistryOnly),
    ];

    /// <param name="fields">The section.</param>
    /// <param name="settings">Filled with the names of the properties that are written.</param>
    public static MeshConfiguration Bind(FieldReader fields, HashSet<string> settings)
    {
        var configuration = new MeshConfiguration();
        if (Written(fields, nameof(MeshConfiguration.Namespace), settings)
            && Name(fields, "Namespace", DnsName.IsLabel, DnsName.LabelRule) is { } space)
        {
            configuration = configuration with { Namespace = space };
        }

        if (Written(fields, nameof(MeshConfiguration.RootNamespace), settings)
            && Name(fields, "RootNamespace", DnsName.IsLabel, DnsName.LabelRule) is { } root)
        {
            configuration = configuration with { RootNamespace = root };
        }

        if (Written(fields, nameof(MeshConfiguration.Domain), settings)
            && Name(fields, "Domain", DnsName.IsSubdomain, "lower-case letters, digits and '-' are allowed, with dots between") is { } domain)
        {
            configuration = configuration with { Domain = domain };
        }

        if (Written(fields, nameof(MeshConfiguration.Workload), settings) && fields.Object("Workload") is { } workload)
        {
            configuration = configuration with { Workload = Workload(workload) };
        }

        if (Written(fields, nameof(MeshConfiguration.OutboundTrafficPolicy), settings)
            && fields.Object("OutboundTrafficPolicy") is { } outbound)
        {
            configuration = configuration with
            {
                OutboundTrafficPolicy = outbound.Choice("Mode",
                Modes) ?? OutboundTrafficPolicyMode.AllowAny
            };
            outbound.NotBuilt("egressProxy", "calls go straight to their host", UnbuiltBlocks.Destination);
            outbound.Finish();
        }

        if (Written(fields, nameof(MeshConfiguration.DefaultDiscovery), settings))
        {
            configuration = configuration with { DefaultDiscovery = DefaultDiscovery(fields) ?? configuration.DefaultDiscovery };
        }

        if (Written(fields, nameof(MeshConfiguration.Seed), settings))
        {
            configuration = configuration with
            {
                Seed = ScalarReader.Long(fields.Take("Seed")!, long.MinValue, long.MaxValue,
                fields.Findings)
            };
        }

        if (Written(fields, nameof(MeshConfiguration.Propagation), settings) && fields.Object("Propagation") is { } propagation)
        {
            configuration = configuration with { Propagation = Propagation(propagation) };
        }

        if (Written(fields, nameof(MeshConfiguration.Dns), settings) && fields.Object("Dns") is { } dns)
        {
            configuration = configuration with { Dns = new DnsConfiguration { NameServers = NameServers(dns) } };
            dns.Finish();
        }

        if (Written(fields, nameof(MeshConfiguration.State), settings) && fields.Object("State") is { } state)
        {
            configuration = configuration with { State = new StateConfiguration { Path = state.Text("Path") } };
            state.Finish();
        }

        if (Written(fields, ExtensionBlock.Field, settings) && fields.Object(ExtensionBlock.Field) is { } extension)
        {
            configuration = configuration with { Extension = MeshExtensionBinder.Bind(extension) };
        }

        return configuration;
    }

    /// <summary>Null takes a setting back that nothing else has set: it is as good as not written.</summary>
    private static bool Written(FieldReader fields, string name, HashSet<string> settings)
        => fields.Take(name) is { Kind: not NodeKind.Null } && settings.Add(name);

    private static string? Name(FieldReader fields, string field, Func<string, bool> isValid, string rule)
    {
        var text = fields.TextOrEmpty(field);
        if (text is null || isValid(text))
        {
            return text;
        }

        fields.Findings.Error(FindingCodes.BadName, fields.Take(field)!, $"{FindingSink.Quote(text)} cannot be used: {rule}.");
        return null;
    }

    private static WorkloadConfiguration Workload(FieldReader fields)
    {
        var workload = new WorkloadConfiguration
        {
            Name = fields.Text("Name"),
            Labels = fields.TextMap("Labels", LabelSyntax.Check),
            Locality = LocalityText.Take(fields),
        };
        fields.Finish();
        return workload;
    }

    private static DiscoveryChoice? DefaultDiscovery(FieldReader fields)
    {
        var discovery = fields.Findings.DiscoveryWords.Read(fields, "DefaultDiscovery");
        var at = fields.Take("DefaultDiscovery")!;
        switch (discovery?.Kind)
        {
            case DiscoveryKind.Static:
                fields.Findings.Error(FindingCodes.DiscoveryMismatch,
                    at, "'Static' cannot be the default: a host without an entry under Services has no endpoints written.", "Write Dns, DnsSrv, ServiceDiscovery or None.");
                return null;
        }

        return discovery;
    }

    private static PropagationConfiguration Propagation(FieldReader fields)
    {
        var defaults = new PropagationConfiguration();
        var propagation = new PropagationConfiguration
        {
            Headers = fields.Has("Headers") ? fields.Texts("Headers") : defaults.Headers,
            ExternalHosts = fields.Texts("ExternalHosts"),
        };
        foreach (var node in fields.Items("Headers").Where(node => node.Text is not null && !HeaderName.IsValid(node.Text)))
        {
            fields.Findings.Error(FindingCodes.BadHeaderName, node,
                $"{FindingSink.Quote(node.Text)} cannot be a header name; letters, digits and - are usual.");
        }

        foreach (var node in fields.Items("ExternalHosts"))
        {
            if (node.Text is { } host && HostName.FindError(host, allowsWildcard: true) is { } error)
            {
                fields.Findings.Error(FindingCodes.BadHost, node, $"{FindingSink.Quote(host)} cannot be a host: {error}.");
            }
        }

        fields.Finish();
        return propagation;
    }

    private static IReadOnlyList<string> NameServers(FieldReader fields)
    {
        foreach (var node in fields.Items("NameServers"))
        {
            if (node.Text is { } text && !IsNameServer(text))
            {
                fields.Findings.Error(FindingCodes.BadAddress, node, string.Create(CultureInfo.InvariantCulture,
                    $"{FindingSink.Quote(text)} cannot be a name server; an IP address is needed, or one with a port such as 10.0.0.2:53 or [::1]:53."));
            }
        }

        return fields.Texts("NameServers");
    }

    private static bool IsNameServer(string text)
        => IPEndPoint.TryParse(text, out var endpoint) && IsFull(text) && (endpoint.Port > 0 || IPAddress.TryParse(text, out _));

    /// <summary>IPAddress also reads <c>10</c> and <c>0x7f.1</c>, which nobody means.</summary>
    private static bool IsFull(string text) => text.AsSpan().Count(':') > 1 || text.AsSpan().Count('.') == 3;
}
