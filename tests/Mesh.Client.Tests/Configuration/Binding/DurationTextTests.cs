using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("7s", 7_000)]
    [InlineData("0.5s", 500)]
    [InlineData(".5s", 500)]
    [InlineData("7.5s", 7_500)]
    [InlineData("500ms", 500)]
    [InlineData("1m30s", 90_000)]
    [InlineData("3m", 180_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1h0m0.001s", 3_600_001)]
    [InlineData("1000us", 1)]
    [InlineData("1000\u00b5s", 1)]
    [InlineData("1000000ns", 1)]
    [InlineData("+1s", 1_000)]
    [InlineData("1000h", 3_600_000_000)]
    public void TryParse_reads_durations_as_istio_writes_them(string text, long milliseconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration, out _));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("7")]
    [InlineData("7 s")]
    [InlineData("7sec")]
    [InlineData("7d")]
    [InlineData("1..5s")]
    [InlineData("1s2")]
    [InlineData("1,5s")]
    [InlineData("0s")]
    [InlineData("0")]
    [InlineData("-7s")]
    [InlineData("0.5ms")]
    [InlineData("1.0005s")]
    [InlineData("10000h")]
    [InlineData("99999999999999999999h")]
    [InlineData("999999999999h999999999999h")]
    [InlineData("0.00000000000000000000000000000000000001s")]
    [InlineData("infs")]
    [InlineData("1e3s")]
    public void TryParse_refuses_what_is_none_or_out_of_bounds(string text)
    {
        Assert.False(DurationText.TryParse(text, out _, out var error));
        Assert.NotEmpty(error);
    }
}
