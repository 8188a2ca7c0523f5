using CsCheck;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.TestKit;

public sealed class ScriptedRandomTests
{
    [Fact]
    public void Next_returns_whatever_was_queued()
        => Gen.Int[1, int.MaxValue].SelectMany(maximum => Gen.Int[0, maximum - 1].Select(value => (value, maximum))).Sample(
            pair => new ScriptedRandom().Next(pair.value, pair.maximum).Next(pair.maximum) == pair.value);

    [Fact]
    public void NextDouble_returns_what_was_queued_within_its_precision()
        => Gen.Double[0, 0.999999].Sample(value => Math.Abs(new ScriptedRandom().Double(value).NextDouble() - value) <= 1.0 / (1L << 52));

    [Fact]
    public void Draw_beyond_the_script_fails()
    {
        var random = new ScriptedRandom().Next(1, 2);
        Assert.Equal(1, random.Next(2));

        var error = Assert.Throws<InvalidOperationException>(() => random.Next(2));

        Assert.Contains("draw 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Seeded_generator_repeats_itself_and_counts()
    {
        var (first, second) = (new SeededRandom(42), new SeededRandom(42));

        for (var draw = 0; draw < 100; draw++)
        {
            Assert.Equal(first.NextUInt64(), second.NextUInt64());
        }

        Assert.Equal(100, first.Draws);
    }
}
