using CsCheck;
using Mesh.Client.LoadBalancing;

namespace Mesh.Client.Tests.LoadBalancing;

public sealed class LoadReportTests
{
    [Fact]
    public void Report_is_read_as_it_was_written() =>
        Gen.Select(Gen.Int[0, LoadReport.MaximumRequestsInFlight], Gen.Long[0, LoadReport.MaximumLatency]).Sample((requests, latency) =>
            LoadReport.TryParse(new LoadReport(requests, latency).ToString(), out var read) && read == new LoadReport(requests, latency));

    [Theory]
    [InlineData("")]
    [InlineData("rif=1")]
    [InlineData("rif=1;")]
    [InlineData("rif=;latency=1")]
    [InlineData("rif=1;latency=")]
    [InlineData("rif=-1;latency=1")]
    [InlineData("rif=1;latency=1.5")]
    [InlineData("rif= 1;latency=1")]
    [InlineData("RIF=1;latency=1")]
    [InlineData("rif=1;latency=1;more=1")]
    [InlineData("latency=1;rif=1")]
    public void Anything_else_is_malformed(string text) => Assert.Equal(LoadReportState.Malformed, LoadReport.Parse(text, out _));

    [Theory]
    [InlineData("rif=1000001;latency=1")]
    [InlineData("rif=1;latency=3600000001")]
    [InlineData("rif=99999999999999999999;latency=1")]
    [InlineData("rif=1;latency=99999999999999999999")]
    public void Numbers_that_no_server_has_are_out_of_range(string text) => Assert.Equal(LoadReportState.OutOfRange, LoadReport.Parse(text, out _));

    [Theory]
    [InlineData(nameof(LoadReportState.None))]
    [InlineData(nameof(LoadReportState.Usable), "rif=1;latency=2")]
    [InlineData(nameof(LoadReportState.Repeated), "rif=1;latency=2", "rif=1;latency=2")]
    [InlineData(nameof(LoadReportState.Malformed), "busy")]
    public void Answer_is_read_with_what_it_said(string state, params string[] values)
    {
        using var response = new HttpResponseMessage();
        foreach (var value in values)
        {
            Assert.True(response.Headers.TryAddWithoutValidation(LoadReport.HeaderName, value));
        }

        var answer = LoadAnswer.Of(response);

        Assert.Equal(state, answer.State.ToString());
        Assert.Equal(answer.State == LoadReportState.Usable ? new LoadReport(1, 2) : default, answer.Report);
        Assert.Equal(values.Length == 0 ? null : string.Join(", ", values), answer.Text);
    }

    [Fact]
    public void No_text_makes_the_reader_throw() => Gen.String.Sample(text => !LoadReport.TryParse(text, out _) || text.StartsWith("rif=", StringComparison.Ordinal));

    [Fact]
    public void Values_out_of_range_are_written_as_the_nearest_in_it() =>
        Assert.Equal("rif=0;latency=3600000000", new LoadReport(-1, long.MaxValue).ToString());

    [Fact]
    public void Remembered_report_keeps_the_order_of_latencies() => Gen.Select(Gen.Long[0, LoadReport.MaximumLatency], Gen.Long[0, LoadReport.MaximumLatency]).Sample((one, other) =>
    {
        var (first, second) = (ReportedLoad.Of(new(3, one), 0), ReportedLoad.Of(new(5000, other), 0));
        Assert.Equal((3, 4095), (first.RequestsInFlight, second.RequestsInFlight));
        return one <= other ? first.LatencyOrder <= second.LatencyOrder : first.LatencyOrder >= second.LatencyOrder;
    });
}
