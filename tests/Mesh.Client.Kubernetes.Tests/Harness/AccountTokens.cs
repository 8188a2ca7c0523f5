using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>Tokens of a service account that end when a test wants it, signed as the API server signs them; it issues none that last for less than ten minutes.</summary>
internal sealed class AccountTokens(KubeServer api, string space, string account)
{
    /// <summary>A server takes a token for so long after its end, since clocks differ.</summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    /// <summary>With an account that may do everything in its namespace.</summary>
    public static async Task<AccountTokens> CreateAsync(KubeServer api, string space)
    {
        var made = JsonNode.Parse(await api.Api.CreateAsync($"/api/v1/namespaces/{space}/serviceaccounts", """{ "metadata": { "name": "caller" } }"""))!;
        await api.Api.CreateAsync(
            $"/apis/rbac.authorization.k8s.io/v1/namespaces/{space}/rolebindings",
            $$"""
            { "metadata": { "name": "caller" }, "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin" },
              "subjects": [ { "kind": "ServiceAccount", "name": "caller", "namespace": "{{space}}" } ] }
            """);
        return new AccountTokens(api, space, (string)made["metadata"]!["uid"]!);
    }

    /// <summary>A token that the server takes for so long; what it has found good it takes 10 s longer.</summary>
    public string Create(TimeSpan lifetime)
    {
        var now = DateTimeOffset.UtcNow;
        var end = (now + lifetime - Leeway).ToUnixTimeSeconds();
        var start = (now - TimeSpan.FromHours(1)).ToUnixTimeSeconds();
        var claims = string.Create(CultureInfo.InvariantCulture, $$"""
            { "iss": "https://kubernetes.default.svc.cluster.local", "aud": [ "https://kubernetes.default.svc.cluster.local" ],
              "sub": "system:serviceaccount:{{space}}:caller", "iat": {{start}}, "nbf": {{start}}, "exp": {{end}}, "jti": "{{Guid.NewGuid()}}",
              "kubernetes.io": { "namespace": "{{space}}", "serviceaccount": { "name": "caller", "uid": "{{account}}" } } }
            """);
        using var key = RSA.Create();
        key.ImportFromPem(File.ReadAllText(api.File("service-accounts.key")));
        var signed = $"{Encode("""{ "alg": "RS256" }""")}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
