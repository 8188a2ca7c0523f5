namespace Mesh.Client.Configuration;

/// <summary><c>egress[].port</c>: the port of the calls that see the hosts of a listener.</summary>
internal static class SidecarPortBinder
{
    /// <summary><see cref="EgressHostConfiguration.AnyPort"/> where none limits the calls; null where no call can be meant.</summary>
    public static int? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return EgressHostConfiguration.AnyPort;
        }

        var findings = fields.Findings;
        if (!fields.Has("number") && !fields.Node.IsMisspelt("number"))
        {
            findings.Error(FindingCodes.MissingField, fields.Node, "'number' is missing.", "Write the port that callers address, or no port for all of them.");
        }

        // Zero stands beside a bind to a Unix socket.
        var number = fields.Integer("number", 0, 65535);
        var protocol = fields.Choice("protocol", ServiceEntryBinder.Protocols);
        fields.Text("name");
        fields.Integer("targetPort", 0, 65535);
        fields.Finish();
        if (number == 0)
        {
            findings.Warning(FindingCodes.UnbuiltField, fields.Node, "port 0 is that of a Unix socket, and there is no listener: the hosts are seen by no call.", "Write the port that callers address, or none.");
            return null;
        }

        if (protocol == ServiceEntryBinder.HttpProxy)
        {
            findings.Warning(FindingCodes.UnbuiltField, fields.Node, "a listener of the protocol HTTP_PROXY is not built yet in this version; the hosts are seen on all of their ports.", "Remove port.");
            return EgressHostConfiguration.AnyPort;
        }

        return number ?? EgressHostConfiguration.AnyPort;
    }
}
