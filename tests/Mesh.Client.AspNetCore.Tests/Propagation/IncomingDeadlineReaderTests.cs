using Mesh.Client.AspNetCore.Propagation;
using Mesh.Client.Configuration;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.AspNetCore.Tests.Propagation;

public sealed class IncomingDeadlineReaderTests : IDisposable
{
    private const string Expected = "x-envoy-expected-rq-timeout-ms";
    private const string Grpc = "grpc-timeout";

    private readonly EditableRules _rules = new();
    private readonly TestClock _clock = new();
    private readonly LogCapture _logs = new();
    private readonly HeaderDictionary _headers = [];

    public void Dispose() => _logs.Dispose();

    [Fact]
    public void Read_without_a_deadline_is_null() => Assert.Null(Read());

    [Theory]
    [InlineData(Expected, "2000")]
    [InlineData(Grpc, "2S")]
    public void Read_takes_both_forms(string header, string value)
    {
        _headers[header] = value;

        var deadline = Read()!;
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(1) - IncomingDeadline.LongestMargin, deadline.Left);
    }

    [Theory]
    [InlineData("2000", "1S")]
    [InlineData("1000", "2S")]
    public void Read_takes_the_shorter_of_both(string expected, string grpc)
    {
        (_headers[Expected], _headers[Grpc]) = (expected, grpc);

        Assert.Equal(TimeSpan.FromSeconds(1) - IncomingDeadline.LongestMargin, Read()!.Left);
    }

    [Theory]
    [InlineData(Expected, "0")]
    [InlineData(Expected, "-5")]
    [InlineData(Expected, "soon")]
    [InlineData(Expected, "86400001")]
    [InlineData(Expected, "99999999999999999999")]
    [InlineData(Grpc, "0S")]
    [InlineData(Grpc, "1s")]
    [InlineData(Grpc, "25H")]
    [InlineData(Grpc, "123456789S")]
    public void Read_passes_over_what_is_no_deadline_and_counts_it(string header, string value)
    {
        _headers[header] = value;

        Assert.Null(Read());

        Assert.Equal([header], _rules.IgnoredDeadlines);
        var entry = Assert.Single(_logs.Entries);
        Assert.Equal((LogLevel.Debug, 7003), (entry.Level, entry.Id.Id));
        Assert.Contains(header, entry.Message, StringComparison.Ordinal);
        // The value is the sender's text.
        Assert.DoesNotContain($"\"{value}\"", entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_of_one_bad_form_leaves_the_other()
    {
        (_headers[Expected], _headers[Grpc]) = ("soon", "1S");

        Assert.NotNull(Read());
        Assert.Equal([Expected], _rules.IgnoredDeadlines);
    }

    [Fact]
    public void Read_of_a_header_that_is_there_twice_is_passed_over()
    {
        _headers[Expected] = new StringValues(["1000", "2000"]);

        Assert.Null(Read());
        Assert.Equal([Expected], _rules.IgnoredDeadlines);
    }

    [Fact]
    public void Read_switched_off_looks_at_nothing()
    {
        _rules.Current = _rules.Current with { Extension = new MeshExtension { Deadlines = false } };
        _headers[Expected] = "soon";

        Assert.Null(Read());
        Assert.Empty(_rules.IgnoredDeadlines);
    }

    private IncomingDeadline? Read() => new IncomingDeadlineReader(_rules, _clock, _logs.CreateLogger("test")).Read(_headers);
}
