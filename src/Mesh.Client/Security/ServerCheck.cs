using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Mesh.Client.Model;

namespace Mesh.Client.Security;

/// <summary>What the mesh asks of a server to which it speaks TLS by itself.</summary>
internal sealed class ServerCheck
{
    private readonly ClusterTls _tls;
    private readonly CertificateFile? _authorities;
    private readonly string[] _names;

    public ServerCheck(ClusterTls tls)
    {
        _tls = tls;
        _authorities = tls.CaCertificates is { } path ? new CertificateFile(path, tls.Owner) : null;
        _names = tls.SubjectAltNames.Length == 0 ? [] : tls.SubjectAltNames.Split('\n');
    }

    /// <summary>For one handshake.</summary>
    /// <param name="protocols">What the caller can speak, the most wanted first.</param>
    public SslClientAuthenticationOptions CreateOptions(List<SslApplicationProtocol> protocols)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = _tls.ServerName, ApplicationProtocols = protocols };
        if (_tls.InsecureSkipVerify)
        {
#pragma warning disable CA5359 // what the rule asks for, with a warning when it was read
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            return options;
        }

        if (_authorities is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(_authorities.Read());
            options.CertificateChainPolicy = policy;
        }

        if (_names.Length > 0)
        {
            options.RemoteCertificateValidationCallback = IsOneOfNames;
        }

        return options;
    }

    /// <summary>The names of the rule take the place of the name that is called; all else must be as it should.</summary>
    private bool IsOneOfNames(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
            && certificate is X509Certificate2 presented
            && _names.Any(name => SubjectNames.Carries(presented, name));
}
