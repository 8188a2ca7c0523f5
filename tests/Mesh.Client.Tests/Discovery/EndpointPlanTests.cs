using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Discovery;

public sealed class EndpointPlanTests
{
    [Fact]
    public void Srv_records_are_asked_for_by_the_names_of_ports()
    {
        var plan = Plan("reviews", new PortModel(80, "Http", 80), new PortModel(443, null, 443), new PortModel(9000, "grpc", 9000), new PortModel(81, null, 81));

        Assert.Equal(["_http._tcp.reviews", "reviews", "_grpc._tcp.reviews"], plan.Questions.Select(question => question.Name));
    }

    [Theory]
    [InlineData("_http._tcp.reviews")]
    [InlineData("_ldap._udp.example")]
    public void Srv_records_of_a_full_name_are_asked_for_as_it_is(string name) =>
        Assert.Equal([name], Plan(name, new PortModel(80, "http", 80), new PortModel(81, "grpc", 81)).Questions.Select(question => question.Name));

    [Fact]
    public void Srv_records_without_ports_are_asked_for_by_the_name_of_the_service() =>
        Assert.Equal(["reviews"], Plan("reviews").Questions.Select(question => question.Name));

    [Fact]
    public void Endpoints_of_several_ports_serve_the_port_that_they_were_found_by()
    {
        var plan = Plan("reviews", new PortModel(80, "http", 80), new PortModel(81, "http2", 81));
        var endpoints = plan.Compose(question => Services.Endpoints(question.Name.StartsWith("_http.", StringComparison.Ordinal) ? "10.0.0.1:8080" : "10.0.0.1:8081"));

        Assert.Equal([("10.0.0.1:8080", 80), ("10.0.0.1:8081", 81)], endpoints.Select(endpoint => (endpoint.Address, endpoint.ServicePorts.Single())));
    }

    [Fact]
    public void Endpoints_of_one_question_serve_every_port() =>
        Assert.Empty(Plan("reviews", new PortModel(80, "http", 80)).Compose(_ => Services.Endpoints("10.0.0.1:8080")).Single().ServicePorts);

    private static EndpointPlan Plan(string name, params PortModel[] ports)
    {
        var service = Services.Named(name, DiscoveryKind.DnsSrv);
        return new(new ServiceModel
        {
            Name = service.Name,
            ShortName = service.ShortName,
            Namespace = service.Namespace,
            Discovery = service.Discovery,
            DiscoveryName = service.DiscoveryName,
            ReceivesContext = true,
            Ports = ports,
        });
    }
}
