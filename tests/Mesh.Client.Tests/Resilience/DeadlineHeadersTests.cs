using CsCheck;
using Mesh.Client.Resilience;

namespace Mesh.Client.Tests.Resilience;

public sealed class DeadlineHeadersTests
{
    [Theory]
    [InlineData(null, DeadlineHeaders.Expected)]
    [InlineData("application/json", DeadlineHeaders.Expected)]
    [InlineData("application/grpc", DeadlineHeaders.Grpc)]
    [InlineData("application/grpc+proto", DeadlineHeaders.Grpc)]
    public void Of_goes_by_the_type_of_the_body(string? type, string header)
    {
        using var request = new HttpRequestMessage { Content = type is null ? null : new ByteArrayContent([]) };
        request.Content?.Headers.TryAddWithoutValidation("Content-Type", type);

        Assert.Equal(header, DeadlineHeaders.Of(request));
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("1500", 1500)]
    public void TryParse_reads_milliseconds(string text, int milliseconds)
    {
        Assert.True(DeadlineHeaders.TryParse(DeadlineHeaders.Expected, text, out var time));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData(" 1")]
    [InlineData("1S")]
    [InlineData("1,2")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999999999")]
    public void TryParse_refuses_what_is_no_time(string text) => Assert.False(DeadlineHeaders.TryParse(DeadlineHeaders.Expected, text, out _));

    /// <summary>But for less than 1 ms, since 0 would be no limit.</summary>
    [Fact]
    public void Round_trip_never_gains_time()
        => Gen.Long[TimeSpan.TicksPerMillisecond, TimeSpan.MaxValue.Ticks].Sample(ticks =>
        {
            Assert.True(DeadlineHeaders.TryParse(DeadlineHeaders.Expected, DeadlineHeaders.Format(DeadlineHeaders.Expected, TimeSpan.FromTicks(ticks)), out var read));
            Assert.InRange(ticks - read.Ticks, 0, TimeSpan.TicksPerMillisecond - 1);
        });
}
