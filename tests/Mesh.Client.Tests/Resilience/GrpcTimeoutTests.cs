using CsCheck;
using Mesh.Client.Resilience;

namespace Mesh.Client.Tests.Resilience;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("00:00:01", "1000000u")]
    [InlineData("00:01:39.9999999", "99999999u")]
    [InlineData("00:01:40", "100000m")]
    [InlineData("1.03:46:40", "100000S")]
    [InlineData("00:00:00.0000019", "1u")]
    [InlineData("00:00:00.0000009", "1n")]
    [InlineData("00:00:00", "1n")]
    [InlineData("-00:00:01", "1n")]
    [InlineData("10675199.02:48:05.4775807", "99999999H")]
    public void Format_takes_the_finest_unit_with_eight_digits(string time, string text)
        => Assert.Equal(text, GrpcTimeout.Format(TimeSpan.Parse(time, null)));

    [Theory]
    [InlineData("1H", "01:00:00")]
    [InlineData("2M", "00:02:00")]
    [InlineData("3S", "00:00:03")]
    [InlineData("4m", "00:00:00.004")]
    [InlineData("5u", "00:00:00.000005")]
    [InlineData("650n", "00:00:00.0000006")]
    [InlineData("1n", "00:00:00")]
    [InlineData("00000001S", "00:00:01")]
    public void TryParse_reads_every_unit(string text, string time)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var read));
        Assert.Equal(TimeSpan.Parse(time, null), read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("0S")]
    [InlineData("1s")]
    [InlineData("1h")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData("1.5S")]
    [InlineData(" 1S")]
    [InlineData("1S ")]
    [InlineData("1 S")]
    [InlineData("123456789S")]
    [InlineData("\u0661S")]
    public void TryParse_refuses_what_gRPC_does_not_write(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    /// <summary>Whoever gets the text never waits longer, and loses less than a thousandth, or a microsecond.</summary>
    [Fact]
    public void Round_trip_never_gains_time()
        => Gen.Long[0, TimeSpan.FromDays(4_000_000).Ticks].Sample(ticks =>
        {
            var time = TimeSpan.FromTicks(ticks);
            var text = GrpcTimeout.Format(time);

            Assert.True(text.Length <= 9);
            Assert.True(GrpcTimeout.TryParse(text, out var read));
            Assert.True(read <= time);
            Assert.True(time - read <= TimeSpan.FromTicks(Math.Max(ticks / 1_000, TimeSpan.TicksPerMicrosecond)), $"{time} came back as {read}");
        });
}
