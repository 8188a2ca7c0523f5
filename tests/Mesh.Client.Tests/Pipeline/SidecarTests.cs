using System.Net;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>What a Sidecar hides, as a caller sees it.</summary>
public sealed class SidecarTests
{
    [Fact]
    public async Task Send_to_a_hidden_host_passes_the_mesh_by()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints + """, "Sidecars": { "s": { "egress": [ { "hosts": [ "~/*" ] } ] } }""");
        using var response = await mesh.GetAsync();

        Assert.Equal("reviews:9080", Assert.Single(mesh.Transport.Requests).Authority);
        Assert.False(response.TryGetMeshResult(out _));
    }

    [Fact]
    public async Task Send_to_a_hidden_host_under_the_sidecars_registry_only_is_answered_502_and_names_the_sidecar()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints + """
            , "Sidecars": { "s": { "egress": [ { "hosts": [ "~/*" ] } ], "outboundTrafficPolicy": { "mode": "REGISTRY_ONLY" } } }
            """);
        using var response = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("Sidecar default/s", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
