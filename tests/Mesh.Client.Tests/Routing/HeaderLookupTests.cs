using System.Globalization;
using CsCheck;
using Mesh.Client.Routing;

namespace Mesh.Client.Tests.Routing;

public sealed class HeaderLookupTests
{
    // Known ones of requests and of content, and unknown ones; no two are one but for their case.
    private static readonly string[] Names =
    [
        "end-user", "User-Agent", "accept", "Content-Type", "content-encoding", "x-tenant", "x-tenamt", "Cookie", "traceparent", "X-A", "x-b", "x-c", "x-d", "x-e", "x-f",
    ];

    [Fact]
    public void Walked_headers_are_those_that_the_runtime_finds() => Gen
        .Select(Gen.Int[0, Names.Length - 1].Array[0, 15], Gen.Int[0, Names.Length - 1].Array[0, 3], Gen.Int[0, Names.Length - 1], Gen.Bool)
        .Sample((own, ofContent, asked, isUpper) =>
        {
            using var request = new HttpRequestMessage { Content = ofContent.Length == 0 ? null : new ByteArrayContent([]) };
            for (var index = 0; index < own.Length; index++)
            {
                request.Headers.TryAddWithoutValidation(Names[own[index]], index.ToString(CultureInfo.InvariantCulture));
            }

            foreach (var name in ofContent)
            {
                request.Content!.Headers.TryAddWithoutValidation(Names[name], "of content");
            }

            var written = isUpper ? Names[asked].ToUpperInvariant() : Names[asked];
            var isExpected = request.Headers.NonValidated.TryGetValues(written, out var expected)
                || (request.Content is { } content && content.Headers.NonValidated.TryGetValues(written, out expected));

            Assert.Equal(isExpected, HeaderLookup.TryFind(request, written, out var found));
            Assert.Equal(isExpected ? expected : [], isExpected ? found : []);
        });

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(100)]
    public void Header_is_found_among_any_number(int count)
    {
        using var request = new HttpRequestMessage();
        for (var index = 0; index < count; index++)
        {
            request.Headers.Add(string.Create(CultureInfo.InvariantCulture, $"x-{index}"), string.Create(CultureInfo.InvariantCulture, $"value {index}"));
        }

        Assert.True(HeaderLookup.TryFind(request, string.Create(CultureInfo.InvariantCulture, $"X-{count - 1}"), out var values));
        Assert.Equal([string.Create(CultureInfo.InvariantCulture, $"value {count - 1}")], values);
        Assert.False(HeaderLookup.TryFind(request, "x-none", out _));
    }

    [Fact]
    public void Header_of_the_request_goes_before_that_of_its_content()
    {
        using var request = new HttpRequestMessage { Content = new ByteArrayContent([]) };
        request.Content.Headers.Add("x-user", "content");
        Assert.True(HeaderLookup.TryFind(request, "x-user", out var values));
        Assert.Equal(["content"], values);

        request.Headers.Add("X-User", ["b", "a"]);

        Assert.True(HeaderLookup.TryFind(request, "x-user", out values));
        Assert.Equal(["b", "a"], values);
    }
}
