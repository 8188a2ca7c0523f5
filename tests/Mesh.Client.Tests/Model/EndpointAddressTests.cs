using CsCheck;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Model;

public sealed class EndpointAddressTests
{
    [Theory]
    [InlineData("10.0.0.1:80", "10.0.0.1:80", "10.0.0.1", 80)]
    [InlineData("10.0.0.1", "10.0.0.1", "10.0.0.1", 0)]
    [InlineData("[::1]:80", "[::1]:80", "::1", 80)]
    [InlineData("[0:0::1]", "[::1]", "::1", 0)]
    [InlineData("::1", "[::1]", "::1", 0)]
    [InlineData("[::ffff:10.0.0.1]:80", "10.0.0.1:80", "10.0.0.1", 80)]
    [InlineData("Reviews.Example:9080", "reviews.example:9080", "reviews.example", 9080)]
    [InlineData("reviews", "reviews", "reviews", 0)]
    public void Parse_gives_the_one_spelling(string text, string address, string host, int port)
    {
        var endpoint = EndpointAddress.Parse(text);

        Assert.Equal((address, host, port, null), (endpoint.Address, endpoint.Host, endpoint.Port, endpoint.UnixPath));
    }

    [Fact]
    public void Parse_of_a_socket_keeps_its_path()
    {
        var endpoint = EndpointAddress.Parse("unix:/run/My.sock");

        Assert.Equal(("unix:/run/My.sock", "", 0, "/run/My.sock"), (endpoint.Address, endpoint.Host, endpoint.Port, endpoint.UnixPath));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("a:")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData("a:+1")]
    [InlineData("a b:80")]
    [InlineData("http://a")]
    [InlineData("1.2.3:80")]
    [InlineData("1.2.3.400:80")]
    [InlineData("[a]:80")]
    [InlineData("[::1")]
    [InlineData("[::1]80")]
    [InlineData("[::1]:")]
    [InlineData("a:b:c")]
    [InlineData("unix:")]
    public void Parse_of_anything_else_says_what_is_allowed(string text)
    {
        Assert.False(EndpointAddress.TryParse(text, out _, out var problem));
        Assert.NotEmpty(problem);
        Assert.Throws<FormatException>(() => EndpointAddress.Parse(text));
    }

    [Fact]
    public void Parse_of_its_own_spelling_changes_nothing() => Gen.String.Sample(text =>
        !EndpointAddress.TryParse(text, out var endpoint) || EndpointAddress.Parse(endpoint.Address) == endpoint);

    [Fact]
    public void Parse_takes_any_mixture_of_address_characters() => Gen.String[Gen.Char["[]:.0123456789abfx%-_/unix"], 0, 20].Sample(text =>
        !EndpointAddress.TryParse(text, out var endpoint) || EndpointAddress.Parse(endpoint.Address).Address == endpoint.Address);
}
