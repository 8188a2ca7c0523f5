using System.Net;
using Mesh.Client.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mesh.Client.AspNetCore.Tests.Security;

/// <summary>Nothing is let in that a policy would have to check.</summary>
public sealed class UnbuiltPolicyTests
{
    private readonly EditableRules _rules = new();

    [Theory]
    [InlineData("AuthorizationPolicy", nameof(SecurityDemand.Authorization))]
    [InlineData("RequestAuthentication", nameof(SecurityDemand.CheckedTokens))]
    [InlineData("PeerAuthentication", nameof(SecurityDemand.MutualTls))]
    public async Task UseMesh_answers_503_under_a_policy_that_cannot_be_enforced(string kind, string demand)
    {
        await using var server = await StartAsync();
        Protect(kind, Enum.Parse<SecurityDemand>(demand));

        foreach (var path in new[] { "/", "/health" })
        {
            using var response = await server.SendAsync(path);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.StartsWith($"{kind} default/closed ", body, StringComparison.Ordinal);
            Assert.DoesNotContain("\n", body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task UseMesh_lets_requests_in_again_after_a_reload_without_the_policy()
    {
        await using var server = await StartAsync();
        Protect("AuthorizationPolicy", SecurityDemand.Authorization);
        using (var closed = await server.SendAsync("/"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, closed.StatusCode);
        }

        _rules.Current = _rules.Current with { UnbuiltSecurityPolicies = [] };

        Assert.Equal("in", await server.GetAsync("/"));
    }

    [Fact]
    public async Task UseMesh_lets_requests_in_where_the_policy_is_for_others()
    {
        await using var server = await StartAsync();
        _rules.Current = _rules.Current with { Workload = new() { Labels = new Dictionary<string, string> { ["app"] = "reviews" } } };
        Protect("AuthorizationPolicy", SecurityDemand.Authorization, ("app", "ratings"));

        Assert.Equal("in", await server.GetAsync("/"));
    }

    [Fact]
    public async Task UseMesh_answers_503_without_asking_what_stands_behind()
    {
        var isAsked = false;
        await using var server = await MeshServer.StartAsync(_rules, app =>
        {
            app.UseMesh();
            app.Run(_ =>
            {
                isAsked = true;
                return Task.CompletedTask;
            });
        });
        Protect("AuthorizationPolicy", SecurityDemand.Authorization);

        using var response = await server.SendAsync("/");

        Assert.False(isAsked);
    }

    private Task<MeshServer> StartAsync() => MeshServer.StartAsync(_rules, app =>
    {
        app.UseMesh();
        app.Run(context => context.Response.WriteAsync("in"));
    });

    private void Protect(string kind, SecurityDemand demand, params (string Key, string Value)[] selector) => _rules.Current = _rules.Current with
    {
        UnbuiltSecurityPolicies =
        [
            new()
            {
                Node = ConfigurationNode.Root("", PathStyle.Colons, NodeKind.Mapping, null, SourcePosition.None),
                Metadata = new() { Kind = kind, Name = "closed", Namespace = "default" },
                Demand = demand,
                Selector = selector.ToDictionary(label => label.Key, label => label.Value),
            },
        ],
    };
}
