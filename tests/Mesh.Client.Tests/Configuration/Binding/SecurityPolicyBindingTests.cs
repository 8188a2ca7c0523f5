using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

/// <summary>What is kept of security policies, so that what they protect can be refused.</summary>
public sealed class SecurityPolicyBindingTests
{
    [Theory]
    [InlineData("mtls: { mode: STRICT }", nameof(SecurityDemand.MutualTls))]
    [InlineData("mtls: { mode: strict }", nameof(SecurityDemand.MutualTls))]
    [InlineData("mtls: { mode: PERMISSIVE }\n  portLevelMtls: { 8080: { mode: DISABLE }, 8081: { mode: STRICT } }", nameof(SecurityDemand.MutualTls))]
    [InlineData("mtls: { mode: STRICT }\n  portLevelMtls: { 8080: { mode: DISABLE } }", nameof(SecurityDemand.MutualTls))]
    [InlineData("mtls: { mode: PERMISSIVE }", nameof(SecurityDemand.Plaintext))]
    [InlineData("mtls: { mode: DISABLE }", nameof(SecurityDemand.Plaintext))]
    [InlineData("mtls: { mode: UNSET }", nameof(SecurityDemand.Inherited))]
    [InlineData("mtls:", nameof(SecurityDemand.Inherited))]
    [InlineData("selector: {}", nameof(SecurityDemand.Inherited))]
    public void Load_a_peer_authentication_keeps_what_it_asks(string spec, string demand)
        => Assert.Equal(demand, Policy("PeerAuthentication", spec).Demand.ToString());

    [Theory]
    [InlineData("AuthorizationPolicy", "rules: [ {} ]", nameof(SecurityDemand.Authorization))]
    [InlineData("AuthorizationPolicy", "action: DENY", nameof(SecurityDemand.Authorization))]
    [InlineData("RequestAuthentication", "jwtRules: [ { issuer: a } ]", nameof(SecurityDemand.CheckedTokens))]
    public void Load_other_policies_keep_their_kind(string kind, string spec, string demand)
        => Assert.Equal(demand, Policy(kind, spec).Demand.ToString());

    [Theory]
    [InlineData("selector: { matchLabels: { app: reviews, version: v1 } }", "app=reviews,version=v1")]
    [InlineData("selector: { matchLabels: {} }", "")]
    [InlineData("selector:", "")]
    [InlineData("targetRefs: [ { kind: Service, name: reviews } ]", "")]
    public void Load_a_policy_keeps_whom_it_is_for(string spec, string selector)
        => Assert.Equal(selector, Policy("AuthorizationPolicy", spec).SelectorText);

    [Theory]
    [InlineData("mtls: { mode: STRCIT }", FindingCodes.UnknownValue, "spec.mtls.mode")]
    [InlineData("mtl: { mode: STRICT }", FindingCodes.UnknownField, "spec.mtl")]
    [InlineData("selector: { matchLabel: { app: a } }", FindingCodes.UnknownField, "spec.selector.matchLabel")]
    [InlineData("selector: [ app ]", FindingCodes.WrongType, "spec.selector")]
    [InlineData("portLevelMtls: { 8080: { mod: STRICT } }", FindingCodes.UnknownField, "spec.portLevelMtls.8080.mod")]
    public void Load_a_policy_that_is_written_wrong_is_refused(string spec, string code, string path)
        => Loading.Refused(Loading.Yaml(Yaml("PeerAuthentication", spec)), code, path);

    [Fact]
    public void Load_policies_of_a_section_keep_name_and_namespace()
    {
        var document = Loading.Section("""
            {
              "PeerAuthentications": { "istio-system/default": { "mtls": { "mode": "STRICT" } } },
              "AuthorizationPolicies": { "only-get": { "selector": { "matchLabels": { "app": "a" } } } },
              "RequestAuthentications": { "jwt": { "jwtRules": [] } }
            }
            """);

        Loading.NotRefused(document);
        var (configuration, _) = ConfigurationMerger.Merge([document]);
        Assert.Equal(
            ["PeerAuthentication istio-system/default", "RequestAuthentication default/jwt", "AuthorizationPolicy default/only-get"],
            configuration.UnbuiltSecurityPolicies.Select(policy => policy.Metadata.ToString()));
    }

    [Fact]
    public void Merge_policies_of_different_kinds_and_one_name_keeps_both()
    {
        var (configuration, findings) = ConfigurationMerger.Merge(
            [Loading.Yaml(Yaml("PeerAuthentication", "mtls: { mode: STRICT }")), Loading.Yaml(Yaml("AuthorizationPolicy", "rules: []"))]);

        Assert.Equal(2, configuration.UnbuiltSecurityPolicies.Count);
        Assert.Empty(findings);
    }

    private static UnbuiltSecurityPolicy Policy(string kind, string spec)
    {
        var document = Loading.Yaml(Yaml(kind, spec));
        Loading.NotRefused(document);
        return Assert.Single(document.Configuration.UnbuiltSecurityPolicies);
    }

    private static string Yaml(string kind, string spec)
        => $"apiVersion: security.istio.io/v1\nkind: {kind}\nmetadata:\n  name: a\nspec:\n  {spec}\n";
}
