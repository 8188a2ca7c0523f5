using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>What a call leaves to the next one.</summary>
public sealed class MeshCallTests
{
    [Fact]
    public void Call_that_both_users_left_keeps_nothing()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        var call = Begin(mesh);
        Fill(call);

        call.EndUse();
        call.EndUse();

        var fresh = Activator.CreateInstance(typeof(MeshCall), nonPublic: true);
        Assert.All(FieldsOf(call), field => Assert.Equal(field.GetValue(fresh), field.GetValue(call)));
        Assert.Same(call, Begin(mesh));
    }

    [Fact]
    public void Call_in_use_is_not_handed_out_again()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        var call = Begin(mesh);

        call.EndUse();

        Assert.NotSame(call, Begin(mesh));
    }

    [Fact]
    public async Task Answer_without_a_content_ends_its_call_at_once()
    {
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [Rules()], InnerHandler = new AtOnce() });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews/");
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);

        using var response = await invoker.SendAsync(request, TestContext.Current.CancellationToken);

        var endpoints = ((MeshHandler)handler).Runtime.GetClusters().SelectMany(cluster => cluster.Endpoints).ToList();
        Assert.Equal(2, endpoints.Count);
        Assert.All(endpoints, endpoint => Assert.Equal(0, endpoint.InFlight));
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(1, result.Attempts);
        Assert.Equal("", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static FakeSource Rules()
    {
        var source = new FakeSource("rules");
        source.PushJson($$"""
            { {{MeshFixture.TwoEndpoints}}, "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "timeout": "10s",
              "retries": { "attempts": 2, "perTryTimeout": "2s" }, "route": [ { "destination": { "host": "reviews" } } ] } ] } } }
            """);
        return source;
    }

    private static MeshCall Begin(MeshFixture mesh)
        => MeshCall.Begin(
            ((MeshHandler)mesh.Handler).Runtime, MeshSnapshot.Empty, default, new HttpRequestMessage(), isAsync: true, redirectsLeft: 3, new CancellationToken(true));

    /// <summary>Every field, those that are yet to come too.</summary>
    private static void Fill(MeshCall call)
    {
        foreach (var field in FieldsOf(call))
        {
            var type = Nullable.GetUnderlyingType(field.FieldType) ?? field.FieldType;
            field.SetValue(call, type switch
            {
                _ when type == typeof(bool) => true,
                _ when type == typeof(string) => "x",
                _ when type.IsArray => Array.CreateInstance(type.GetElementType()!, 1),
                { IsPrimitive: true } => Convert.ChangeType(7, type, CultureInfo.InvariantCulture),
                { IsEnum: true } => Enum.ToObject(type, 7),
                { IsValueType: true } => field.GetValue(call),
                _ when type == typeof(Balancer) => Balancer.Create(ClusterPolicy.Default, MeshRandom.Unseeded, new ActiveClock(TimeProvider.System)),
                _ => RuntimeHelpers.GetUninitializedObject(type),
            });
        }
    }

    private static IEnumerable<FieldInfo> FieldsOf(MeshCall call)
        => call.GetType().GetFields(BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance).Where(field => field.Name != "_users");

    private sealed class AtOnce : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(new HttpResponseMessage { RequestMessage = request });
    }
}
