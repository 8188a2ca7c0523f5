using Bookinfo;
using Bookinfo.Launching;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Launching;

public sealed class FoldingOutputTests : IDisposable
{
    private static readonly InstanceSpec Details = new("details", "v1", 9081);
    private static readonly InstanceSpec Ratings = new("ratings", "v1", 9082);
    private static readonly InstanceSpec Reviews = new("reviews", "v1", 9083);

    private readonly TestClock _clock = new();
    private readonly StringWriter _console = new();
    private readonly FoldingOutput _output;

    public FoldingOutputTests() => _output = new FoldingOutput(_console, services: 3, _clock);

    private string[] Shown => _console.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void Entry_that_every_service_says_is_shown_once_and_at_once()
    {
        _output.Say(Details, "live");
        _output.Say(Ratings, "live");
        Assert.Empty(Shown);
        _output.Say(Reviews, "live");

        Assert.Equal(["3 services     | live"], Shown);
    }

    [Fact]
    public void Entry_that_some_say_is_shown_after_a_moment_with_their_number_or_name()
    {
        _output.Say(Details, "refused");
        _output.Say(Ratings, "no stars");
        _output.Say(Reviews, "refused");
        Assert.Empty(Shown);
        _clock.Advance(FoldingOutput.Patience);

        Assert.Equal(["2 services     | refused", "ratings v1     | no stars"], Shown);
    }

    [Fact]
    public void Entry_that_one_service_says_twice_is_shown_twice()
    {
        _output.Say(Details, "one\n  two");
        _output.Say(Details, "one\n  two");
        _clock.Advance(FoldingOutput.Patience);

        Assert.Equal(["details v1     | one", "details v1     |   two", "details v1     | one", "details v1     |   two"], Shown);
    }

    [Fact]
    public void Entry_said_again_later_is_shown_again()
    {
        _output.Say(Details, "live");
        _clock.Advance(FoldingOutput.Patience);
        _output.Say(Ratings, "live");
        _clock.Advance(FoldingOutput.Patience);

        Assert.Equal(["details v1     | live", "ratings v1     | live"], Shown);
    }

    [Fact]
    public void Entries_keep_their_order()
    {
        _output.Say(Details, "mine");
        Array.ForEach([Details, Ratings, Reviews], service => _output.Say(service, "ours"));
        Assert.Empty(Shown);
        _clock.Advance(FoldingOutput.Patience);

        Assert.Equal(["details v1     | mine", "3 services     | ours"], Shown);
    }

    [Fact]
    public void Service_that_ended_has_its_last_words_shown_and_is_not_waited_for()
    {
        _output.Say(Details, "last words");
        _output.Leave();
        Assert.Equal(["details v1     | last words"], Shown);
        _output.Say(Ratings, "live");
        _output.Say(Reviews, "live");

        Assert.Equal(["details v1     | last words", "2 services     | live"], Shown);
    }

    [Fact]
    public void Dispose_shows_what_waits()
    {
        _output.Say(Details, "last words");
        _output.Dispose();

        Assert.Equal(["details v1     | last words"], Shown);
    }

    public void Dispose()
    {
        _output.Dispose();
        _console.Dispose();
    }
}
