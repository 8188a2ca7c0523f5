using System.Text.Json;
using Mesh.Client.Kubernetes.Services;

namespace Mesh.Client.Kubernetes.Tests.Services;

public sealed class ServicePortsTests
{
    [Fact]
    public void Ports_are_told_by_their_names()
        => Assert.Equal("80:8080,81:9090", Map(Service(Port("http", 80), Port("admin", 81)), [], Slice("admin", 9090), Slice("http", 8080), Slice("other", 1)));

    [Fact]
    public void Port_without_a_name_is_one_of_its_own()
        => Assert.Equal(("80:8080", "80:8080", "none"), (
            Map(Service(Port(null, 80)), [], Slice("", 8080)), Map(Service(Port("", 80)), [], Slice(null, 8080)), Map(Service(Port(null, 80)), [], Slice("http", 8080))));

    [Fact]
    public void Slice_that_has_none_of_the_ports_serves_nothing()
        => Assert.Equal(("none", "none"), (Map(Service(Port("http", 80)), [], Slice("other", 1)), Map(Service(Port("http", 80)), [])));

    [Fact]
    public void Service_without_ports_leaves_them_to_the_caller()
        => Assert.Equal(("", "", ""), (Map(Service(), []), Map(Service(), [], Slice("http", 8080)), Map(null, [], Slice("http", 8080))));

    [Fact]
    public void Slice_that_tells_no_number_leaves_it_to_the_service()
    {
        using var number = JsonDocument.Parse("8080");
        using var name = JsonDocument.Parse("\"web\"");

        Assert.Equal("80:8080", Map(Service(Port("http", 80) with { TargetPort = number.RootElement }), [], Slice("http", null)));
        Assert.Equal("80:80", Map(Service(Port("http", 80) with { TargetPort = name.RootElement }), [], Slice("http", null)));
    }

    [Fact]
    public void Ports_of_the_rules_that_the_service_does_not_have_stand_for_those_of_the_same_name()
        => Assert.Equal("80:8080,8000:8080", Map(Service(Port("http", 80)), [new MeshServicePort(8000, "http"), new MeshServicePort(8001, "else"), new MeshServicePort(8002, null)], Slice("http", 8080)));

    [Fact]
    public void Ports_of_other_protocols_are_left_out()
        => Assert.Equal("80:8080", Map(Service(Port("http", 80), Port("dns", 53) with { Protocol = "UDP" }), [], Slice("http", 8080), Slice("dns", 53)));

    [Fact]
    public void Equal_maps_are_one_object()
    {
        var maps = new PortMaps();
        var one = new ServicePorts(Service(Port("http", 80)), [], maps);
        var two = new ServicePorts(Service(Port("http", 80), Port("admin", 81)), [], maps);

        Assert.Same(one.Map([Slice("http", 8080)]), two.Map([Slice("http", 8080), Slice("other", 1)]));
    }

    private static string Map(ServiceSpec? service, MeshServicePort[] asked, params SlicePort[] slice)
        => new ServicePorts(service, asked, new PortMaps()).Map(slice) is { } map ? string.Join(',', map.OrderBy(port => port.Key).Select(port => $"{port.Key}:{port.Value}")) : "none";

    private static ServiceSpec Service(params ServicePortObject[] ports) => ServiceSpec.Empty with { Ports = ports };

    private static ServicePortObject Port(string? name, int port) => new(name, port, null, null, null);

    private static SlicePort Slice(string? name, int? port) => new(name, port, "TCP");
}
