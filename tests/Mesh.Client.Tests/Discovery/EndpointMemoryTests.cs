using CsCheck;
using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.Discovery;

public sealed class EndpointMemoryTests
{
    private readonly EndpointMemory _memory = new();
    private EndpointPlan _plan = null!;
    private EndpointView _shown = new(EndpointList.Empty, DiscoveryState.Pending, 0);

    private enum Event
    {
        Answer,
        Fail,
        Reload,
    }

    [Fact]
    public void Show_gives_every_address_of_a_name_what_is_written_of_it()
    {
        Take(Services.Labelled("one:81", "v1", weight: 3), Services.Labelled("10.0.9.9", "v3"), Services.Labelled("two", "v2"));
        Answer("one", "10.0.0.1", "fd00::1");
        Answer("two", "10.0.1.1");

        Assert.Equal([("10.0.0.1:81", "v1", 3), ("[fd00::1]:81", "v1", 3), ("10.0.9.9", "v3", 1), ("10.0.1.1", "v2", 1)],
            Show().Endpoints.Select(endpoint => (endpoint.Address, endpoint.Labels["version"], endpoint.Weight)));
    }

    [Fact]
    public void Show_asks_a_name_once_however_often_it_is_written()
    {
        Take(Services.Labelled("one:81", "v1"), Services.Labelled("one:82", "v2"));
        Answer("one", "10.0.0.1");

        Assert.Single(_plan.Questions);
        Assert.Equal(["10.0.0.1:81", "10.0.0.1:82"], Addresses());
    }

    [Fact]
    public void Show_of_addresses_alone_is_known_and_settled_without_a_question()
    {
        Take(EndpointAddress.Parse("10.0.0.1"), EndpointAddress.Parse("[fd00::1]:80"));

        Assert.Empty(_plan.Questions);
        Assert.Equal((DiscoveryState.Known, true), (Show().State, Show().IsSettled));
        Assert.Equal(["10.0.0.1", "[fd00::1]:80"], Addresses());
    }

    [Fact]
    public void Show_of_an_address_that_two_names_have_describes_it_as_each_of_them()
    {
        Take(Services.Labelled("one", "v1"), Services.Labelled("two", "v2"));
        Answer("one", "10.0.0.1", "10.0.0.2");
        Answer("two", "10.0.0.2");
        Assert.Equal(
            [("10.0.0.1", "v1"), ("10.0.0.2", "v1"), ("10.0.0.2", "v2")],
            Show().Endpoints.Select(endpoint => (endpoint.Address, endpoint.Labels["version"])));

        Answer("one", "10.0.0.1");
        Assert.Equal([("10.0.0.1", "v1"), ("10.0.0.2", "v2")], Show().Endpoints.Select(endpoint => (endpoint.Address, endpoint.Labels["version"])));
    }

    [Fact]
    public void Show_while_a_name_fails_follows_the_others()
    {
        Take("one", "two");
        Answer("one", "10.0.0.1");
        Answer("two", "10.0.1.1");
        Fail("two");
        Answer("one", "10.0.0.2");
        Answer("one", "10.0.0.3");

        Assert.Equal(["10.0.0.3", "10.0.1.1"], Addresses());
        Assert.Equal((DiscoveryState.Stale, "two failed."), (Show().State, Show().Problem));
    }

    [Fact]
    public void Show_with_a_name_that_failed_from_the_beginning_is_settled_with_the_others()
    {
        Take("one", "two");
        Answer("one", "10.0.0.1");
        Assert.False(Show().IsSettled);

        Fail("two");
        Assert.True(Show().IsSettled);
        Assert.Equal(DiscoveryState.Stale, Show().State);
    }

    [Fact]
    public void Show_with_nothing_but_failures_is_not_settled()
    {
        Take("one", "two");
        Fail("one");
        Fail("two");

        Assert.Equal((DiscoveryState.Failed, false), (Show().State, Show().IsSettled));
        Assert.Equal("one failed. (and 1 more of 2 names)", Show().Problem);
    }

    [Fact]
    public void Show_lets_go_of_a_name_at_its_own_third_empty_answer()
    {
        Take("one", "two");
        Answer("one", "10.0.0.1");
        Answer("two", "10.0.1.1");
        Answer("one");
        Answer("two");
        Answer("two");
        Assert.Equal(["10.0.0.1", "10.0.1.1"], Addresses());
        Assert.Equal(DiscoveryState.Stale, Show().State);

        Answer("one", "10.0.0.1");
        Answer("two");
        Assert.Equal(["10.0.0.1"], Addresses());
        Assert.Equal((DiscoveryState.Known, "two is empty."), (Show().State, Show().Problem));
    }

    [Fact]
    public void Take_of_other_ports_labels_and_names_keeps_what_is_known_of_a_name()
    {
        Take(Services.Labelled("one:81", "v1"), EndpointAddress.Parse("10.0.9.9"));
        Answer("one", "10.0.0.1");
        Fail("one");

        Take(Services.Labelled("one:82", "v2", weight: 5), Services.Labelled("two", "v3"));
        Fail("one");
        Fail("two");

        Assert.Equal(("10.0.0.1:82", "v2", 5), Assert.Single(Show().Endpoints.Select(endpoint => (endpoint.Address, endpoint.Labels["version"], endpoint.Weight))));
        Assert.Equal(DiscoveryState.Stale, Show().State);
    }

    [Fact]
    public void Take_of_other_names_serves_the_earlier_ones_until_all_have_answered_or_failed()
    {
        Take("one", "two");
        Answer("one", "10.0.0.1");
        Answer("two", "10.0.1.1");

        Take("one", "three", "four");
        Assert.Equal(["10.0.0.1", "10.0.1.1"], Addresses());
        Answer("three", "10.0.2.1");
        Assert.Equal(["10.0.0.1", "10.0.2.1", "10.0.1.1"], Addresses());
        Fail("four");
        Assert.Equal(["10.0.0.1", "10.0.2.1"], Addresses());
    }

    [Fact]
    public void Take_of_names_that_fail_serves_the_earlier_ones_as_long_as_there_is_nothing_else()
    {
        Take("one");
        Answer("one", "10.0.0.1");
        Take("two");
        Fail("two");
        Fail("two");
        Assert.Equal(["10.0.0.1"], Addresses());
        Assert.Equal(DiscoveryState.Stale, Show().State);

        Answer("two", "10.0.1.1");
        Assert.Equal(["10.0.1.1"], Addresses());
        Assert.Equal(DiscoveryState.Known, Show().State);
    }

    [Fact]
    public void Take_over_and_over_while_nothing_answers_keeps_the_first()
    {
        Take("one");
        Answer("one", "10.0.0.1");
        for (var reload = 0; reload < 5; reload++)
        {
            Take($"other{reload}");
            Assert.Equal(["10.0.0.1"], Addresses());
        }

        Answer("other4");
        Assert.Empty(Addresses());
        Assert.Equal(DiscoveryState.Empty, Show().State);
    }

    [Fact]
    public void Show_was_confirmed_when_the_name_that_answered_longest_ago_did()
    {
        Take("one", "two");
        Answer(10, "one", "10.0.0.1");
        Answer(30, "two", "10.0.1.1");
        Fail("one");
        Assert.Equal(10, Show().ConfirmedAt);

        Answer(40, "one", "10.0.0.1");
        Assert.Equal(30, Show().ConfirmedAt);
    }

    [Fact]
    public void Plan_of_too_many_names_asks_for_the_first_thousand()
    {
        Take([.. Enumerable.Range(0, 1_001).Select(index => $"name{index}"), "10.0.0.1"]);

        Assert.Equal(1_000, _plan.Questions.Count);
        Assert.True(_plan.IsCut);
        Assert.Equal("name999", _plan.Questions[^1].Name);
        Assert.Equal(["10.0.0.1"], Addresses());
    }

    [Fact]
    public void Show_of_names_with_too_many_addresses_together_is_cut()
    {
        Take("one", "two", "10.9.9.9");
        Answer("one", [.. Enumerable.Range(0, 60_000).Select(index => $"10.0.{index / 256}.{index % 256}")]);
        Assert.False(Show().IsCut);
        Answer("two", [.. Enumerable.Range(0, 60_000).Select(index => $"10.1.{index / 256}.{index % 256}")]);

        Assert.True(Show().IsCut);
        Assert.Equal(100_000, Show().Endpoints.Count);
    }

    /// <summary>Whatever happens in whatever order: each name that is asked for shows its own newest answer, as it is described now.</summary>
    [Fact]
    public void Show_after_any_history_is_the_newest_answer_of_each_name() => Seeded.Sample(
        Gen.Select(Gen.Enum<Event>(), Gen.Int[0, 3], Gen.Int[1, 20].Array[1, 4]).Array[1, 40],
        500,
        events =>
        {
            var memory = new EndpointMemory();
            var shown = new EndpointView(EndpointList.Empty, DiscoveryState.Pending, 0);
            var newest = Enumerable.Range(0, 4).ToDictionary(index => $"name{index}", _ => Array.Empty<string>());
            var port = 80;
            var plan = Reload();
            foreach (var (what, index, numbers) in events)
            {
                var question = plan.Questions[index];
                if (what == Event.Answer)
                {
                    newest[question.Name] = [.. numbers.Distinct().Select(number => $"10.0.{index}.{number}")];
                    memory[question] = memory[question].After(new EndpointAnswer(Services.Endpoints(newest[question.Name]), TimeSpan.Zero), 1);
                }
                else if (what == Event.Fail)
                {
                    memory[question] = memory[question].After(new DiscoveryException("failed"));
                }
                else
                {
                    port++;
                    plan = Reload();
                }

                shown = memory.Show(shown);
                Assert.Equal(newest.SelectMany(name => name.Value.Select(address => $"{address}:{port}")), shown.Endpoints.Select(endpoint => endpoint.Address));
            }

            EndpointPlan Reload()
            {
                var next = new EndpointPlan(Services.Named("shop", endpoints: [.. newest.Keys.Select(name => Services.Labelled($"{name}:{port}", "v1"))]));
                memory.Take(next, 0);
                foreach (var question in next.Questions.Where(question => memory[question].State == DiscoveryState.Pending))
                {
                    memory[question] = memory[question].After(new DiscoveryException("not yet"));
                }

                return next;
            }
        });

    private void Take(params string[] addresses) => Take([.. Services.Endpoints(addresses)]);

    private void Take(params Endpoint[] written)
    {
        _plan = new EndpointPlan(Services.Named("shop", endpoints: written));
        _memory.Take(_plan, 0);
    }

    private void Answer(string name, params string[] addresses) => Answer(0, name, addresses);

    private void Answer(long now, string name, params string[] addresses)
    {
        var question = _plan.Questions.Single(question => question.Name == name);
        _memory[question] = _memory[question].After(
            new EndpointAnswer(Services.Endpoints(addresses), TimeSpan.Zero) { Explanation = $"{name} is empty." }, now);
    }

    private void Fail(string name)
    {
        var question = _plan.Questions.Single(question => question.Name == name);
        _memory[question] = _memory[question].After(new DiscoveryException($"{name} failed."));
    }

    private EndpointView Show() => _shown = _memory.Show(_shown);

    private IEnumerable<string> Addresses() => Show().Endpoints.Select(endpoint => endpoint.Address);
}
