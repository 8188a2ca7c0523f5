namespace Mesh.Client.Configuration;

/// <summary>The block <c>tls</c>. What it asks for is done, or calls are refused: never plaintext, never unchecked.</summary>
internal static class TlsBinder
{
    private static readonly KeyValuePair<string, TlsMode>[] Modes =
    [
        new("DISABLE", TlsMode.Disable), new("SIMPLE", TlsMode.Simple), new("MUTUAL", TlsMode.Mutual), new("ISTIO_MUTUAL", TlsMode.IstioMutual),
    ];

    /// <param name="fields">The block; null where it is not written.</param>
    /// <param name="port">The port that it is for; null for the host.</param>
    public static TlsConfiguration? Bind(FieldReader? fields, int? port = null)
    {
        if (fields is null)
        {
            return null;
        }

        var tls = new TlsConfiguration
        {
            Mode = fields.Choice("mode", Modes) ?? TlsMode.Disable,
            CaCertificates = fields.Text("caCertificates"),
            SubjectAltNames = fields.Texts("subjectAltNames"),
            Sni = fields.Text("sni"),
            InsecureSkipVerify = fields.Flag("insecureSkipVerify") ?? false,
        };
        var (certificate, secret, revoked) = (fields.Text("clientCertificate"), fields.Text("credentialName"), fields.Text("caCrl"));
        fields.Text("privateKey");
        string? unbuilt = tls.Mode switch
        {
            TlsMode.Mutual or TlsMode.IstioMutual => $"tls mode {fields.Take("mode")!.Text}",
            TlsMode.Simple when secret is not null => "tls credentialName",
            TlsMode.Simple when revoked is not null => "tls caCrl",
            _ => null,
        };
        fields.Finish();
        Check(tls, certificate, fields);
        if (unbuilt is null)
        {
            return tls;
        }

        var which = port is null ? "this host" : $"port '{port}' of this host";
        var told = tls.Mode == TlsMode.Simple ? unbuilt : $"tls mode {FindingSink.Quote(fields.Take("mode")!.Text)}";
        fields.Findings.Security(fields.Node, $"{told} is not built yet in this version; calls to {which} are answered 503, never sent in plaintext or unchecked.",
            "Use mode SIMPLE where the server asks for no certificate, or DISABLE where plaintext is what you want.");
        return tls with { Unbuilt = port is null ? unbuilt : $"{unbuilt} on port {port}" };
    }

    private static void Check(TlsConfiguration tls, string? certificate, FieldReader fields)
    {
        var findings = fields.Findings;
        if (tls.Sni is { } sni && !DnsName.IsHost(sni))
        {
            findings.Error(FindingCodes.BadTls, fields.Take("sni")!, $"{FindingSink.Quote(sni)} cannot be a server name: a host name without port is needed.");
        }

        SubjectAltName.Check(fields, FindingCodes.BadTls);

        if (tls.Mode == TlsMode.Disable && fields.Node.Properties.Count > (fields.Has("mode") ? 1 : 0))
        {
            findings.Warning(FindingCodes.BadTls, fields.Node, "the mode is DISABLE, so that calls go in plaintext and the other fields change nothing.", "Write mode: SIMPLE where TLS is meant, or remove the others.");
        }

        if (tls.Mode == TlsMode.Simple && certificate is not null)
        {
            findings.Warning(FindingCodes.BadTls, fields.Take("clientCertificate")!, "with mode SIMPLE no certificate of the client is shown.", "Remove it; mode MUTUAL, which shows one, is not built yet.");
        }

        if (tls.Mode == TlsMode.Simple && tls.InsecureSkipVerify)
        {
            findings.Warning(FindingCodes.BadTls, fields.Take("insecureSkipVerify")!, "the server's certificate is not checked: whoever answers on its address is believed.", "Name the authority in caCertificates instead.");
        }
    }
}
