using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.Tests.Configuration;
using Mesh.Client.Tests.Model;

namespace Mesh.Client.Tests.Discovery;

public sealed class EndpointCompilationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Compile_of_a_set_after_any_others_comes_to_what_it_does_alone(int mostPorts) => Seeded.Sample(ListEdits.Histories, 1_000, history =>
    {
        var compilation = new EndpointCompilation();
        MeshEndpoint[] given = [];
        foreach (var edits in history)
        {
            given = ListEdits.Apply(given, edits, (number, _) => Make(number, number % mostPorts));
            var compiled = compilation.Compile(new MeshEndpointSet(given));

            Assert.Equal(Alone(given).Select(Describe), compiled.Select(Describe));
        }
    });

    [Fact]
    public void Compile_gives_the_same_endpoint_for_an_object_that_is_given_again()
    {
        var compilation = new EndpointCompilation();
        MeshEndpoint[] given = [Make(1, 0), Make(2, 2), Make(3, 0)];
        var before = compilation.Compile(new MeshEndpointSet(given));
        var after = compilation.Compile(new MeshEndpointSet([given[1], Make(4, 0), given[2]]));

        Assert.Equal([before[1], before[2], before[3]], [after[0], after[1], after[3]], ReferenceEqualityComparer.Instance);
    }

    private static Endpoint[] Alone(MeshEndpoint[] given) => new EndpointCompilation().Compile(new MeshEndpointSet(given));

    private static string Describe(Endpoint endpoint) => $"{endpoint.Address} {string.Join(',', endpoint.ServicePorts)}";

    private static MeshEndpoint Make(int number, int ports) => new($"10.0.{number / 256}.{number % 256}")
    {
        Ports = Enumerable.Range(80, ports).ToDictionary(port => port, port => port + 8_000),
    };
}
