using CsCheck;
using Mesh.Client.Model;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.Model;

public sealed class HostIndexTests
{
    private static readonly Gen<string> Names = Seeded.OneOf("a", "b", ".", "-1", "long-label").Array[1, 6].Select(string.Concat);

    [Fact]
    public void Look_ups_say_what_a_dictionary_says() => Seeded.Sample(Gen.Select(Names.Array[0, 40], Names.Array[40]), 300, sample =>
    {
        var (known, asked) = sample;
        var expected = known.Distinct().ToDictionary(name => name, Host, StringComparer.OrdinalIgnoreCase);
        var index = new HostIndex(expected);

        Assert.Equal(expected.Count, index.Count);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), index.Keys.Order(StringComparer.Ordinal));
        foreach (var name in asked.Concat(known))
        {
            Assert.Equal(expected.GetValueOrDefault(name)?.Name, index.GetValueOrDefault(name.ToUpperInvariant())?.Name);
        }
    });

    [Fact]
    public void Hash_is_the_same_for_both_cases_and_differs_between_seeds()
    {
        foreach (var text in (string[])["", "a", "Ab", "aBc", "abCd", "reViews.default"])
        {
            Assert.Equal(TextHash.Of(text.ToLowerInvariant()), TextHash.Of(text.ToUpperInvariant()));
            Assert.NotEqual(TextHash.Of(text, 1), TextHash.Of(text, 2));
        }
    }

    [Fact]
    public void Hash_of_similar_texts_spreads_over_a_table()
    {
        const int Texts = 10_000;
        var places = Enumerable.Range(0, Texts).Select(number => TextHash.Of($"/elsewhere/{number}") & 0x7FFF).Distinct().Count();

        // Random places would fill 32,768 x (1 - e^(-10,000 / 32,768)) = 8,617 slots.
        Assert.InRange(places, 8_300, Texts);
    }

    private static HostModel Host(string name) => new() { Name = name, ReceivesContext = true };
}
