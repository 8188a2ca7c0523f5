using CsCheck;
using Mesh.Client.Configuration;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests.Configuration.Sources;

public sealed class MeshConfigurationWatcherTests
{
    [Fact]
    public void Start_publishes_all_documents_in_the_order_of_the_sources()
    {
        using var bench = new WatcherBench(new ScriptedSource().Set("b", "1").Set("c", "2"), new ScriptedSource().Set("a", "3"));

        var update = bench.Watcher.Start();

        Assert.Equal("b=1 c=2 a=3", update.Configuration.Namespace);
        Assert.Same(update, Assert.Single(bench.Updates));
        Assert.True(update.IsConfigured);
        Assert.Equal(bench.Time.GetUtcNow(), update.LoadedAt);
    }

    [Fact]
    public void Start_without_any_document_says_that_nothing_is_configured()
    {
        using var bench = new WatcherBench(new ScriptedSource());

        Assert.False(bench.Watcher.Start().IsConfigured);
    }

    [Fact]
    public void Start_with_refused_documents_throws_with_the_findings_of_all()
    {
        using var bench = new WatcherBench(new ScriptedSource().Set("a", "bad 1").Set("b", "bad 2").Set("c", "warn"));

        var exception = Assert.Throws<MeshConfigurationException>(bench.Watcher.Start);

        Assert.Equal(["a", "a", "b", "b", "c"], exception.Findings.Select(finding => finding.Source));
        Assert.Empty(bench.Updates);
    }

    [Fact]
    public void Start_with_a_failing_source_throws_and_names_it()
    {
        using var bench = new WatcherBench(new ScriptedSource("store") { Failure = new IOException("no route") });

        var finding = Assert.Single(Assert.Throws<MeshConfigurationException>(bench.Watcher.Start).Findings);

        Assert.Equal(SourceFindings.SourceFailed, finding.Code);
        Assert.Equal("store", finding.Source);
        Assert.Contains("no route", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_with_refused_documents_of_a_source_that_is_optional_leaves_them_out_and_logs_them()
    {
        var source = new LenientSource { Documents = [MeshDocument.FromMeshJson("a", "1"), MeshDocument.FromMeshJson("b", "bad")] };
        using var bench = new WatcherBench(source);

        bench.Watcher.Start();

        Assert.Equal("a=1", bench.Live);
        Assert.Contains(bench.Watcher.Findings, finding => finding is { Source: "b", RefusesDocument: true });
        Assert.Contains(bench.Logs, entry => entry.Event == 1002 && entry.Text.Contains("it has no earlier version that could stay", StringComparison.Ordinal));
    }

    [Fact]
    public void Start_with_a_source_that_is_optional_and_fails_goes_on_without_it_and_takes_it_when_it_answers()
    {
        var source = new LenientSource();
        using var bench = new WatcherBench(source, new ScriptedSource().Set("a", "1"));

        bench.Watcher.Start();
        Assert.Equal("a=1", bench.Live);
        Assert.Contains(bench.Logs, entry => entry.Level == Microsoft.Extensions.Logging.LogLevel.Error && entry.Text.Contains("no route", StringComparison.Ordinal));

        source.Documents = [MeshDocument.FromMeshJson("b", "2")];
        bench.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("b=2 a=1", bench.Live);
    }

    [Fact]
    public void Start_with_a_source_that_is_optional_still_throws_where_another_is_refused()
    {
        var source = new LenientSource { Documents = [MeshDocument.FromMeshJson("b", "bad")] };
        using var bench = new WatcherBench(source, new ScriptedSource().Set("a", "bad"));

        Assert.Throws<MeshConfigurationException>(bench.Watcher.Start);
    }

    [Fact]
    public void Start_after_it_threw_can_be_called_again()
    {
        var source = new ScriptedSource().Set("a", "bad");
        using var bench = new WatcherBench(source);
        Assert.Throws<MeshConfigurationException>(bench.Watcher.Start);

        source.Set("a", "1");
        bench.Watcher.Start();
        source.Set("a", "2").Signal();
        bench.Settle();

        Assert.Equal("a=2", bench.Live);
    }

    [Fact]
    public void Signal_makes_the_change_live_after_the_debounce_and_not_in_the_caller()
    {
        var source = new ScriptedSource().Set("a", "1");
        using var bench = Started(source);

        source.Set("a", "2").Signal();
        Assert.Equal("a=1", bench.Live);
        bench.Settle();

        Assert.Equal("a=2", bench.Live);
    }

    [Fact]
    public void Signals_in_a_burst_cost_one_reading()
    {
        var source = new ScriptedSource().Set("a", "1");
        using var bench = Started(source);

        for (var i = 0; i < 100; i++)
        {
            source.Signal();
        }

        bench.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(2, source.Loads);
    }

    [Fact]
    public void Signals_without_end_do_not_put_the_change_off()
    {
        var source = new ScriptedSource().Set("a", "1");
        using var bench = Started(source);

        source.Set("a", "2");
        for (var i = 0; i < 6; i++)
        {
            source.Signal();
            bench.Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal("a=2", bench.Live);
    }

    [Fact]
    public void Signal_of_one_source_does_not_read_the_others()
    {
        var signalling = new ScriptedSource().Set("a", "1");
        var quiet = new ScriptedSource().Set("b", "1");
        using var bench = Started(signalling, quiet);

        signalling.Set("a", "2").Signal();
        bench.Settle();

        Assert.Equal(1, quiet.Loads);
        Assert.Equal("a=2 b=1", bench.Live);
    }

    [Fact]
    public void Signal_while_loading_makes_another_round()
    {
        var source = new ScriptedSource().Set("a", "1");
        using var bench = Started(source);
        source.DuringLoad = () =>
        {
            source.DuringLoad = null;
            source.Set("a", "3").Signal();
        };

        source.Set("a", "2").Signal();
        bench.Settle();
        Assert.Equal("a=2", bench.Live);
        bench.Settle();

        Assert.Equal("a=3", bench.Live);
    }

    [Fact]
    public void Signal_during_the_first_loading_is_not_lost()
    {
        var source = new ScriptedSource().Set("a", "1");
        source.DuringLoad = () =>
        {
            source.DuringLoad = null;
            source.Set("a", "2").Signal();
        };
        using var bench = Started(source);

        bench.Settle();

        Assert.Equal("a=2", bench.Live);
    }

    [Fact]
    public void Change_between_token_and_loading_is_read()
    {
        var source = new ScriptedSource().Set("a", "1");
        using var bench = Started(source);
        source.AfterToken = () => source.Set("a", "2");

        source.Signal();
        bench.Settle();

        Assert.Equal("a=2", bench.Live);
    }

    [Fact]
    public void Failing_source_keeps_its_documents_and_its_subscription()
    {
        var source = new ScriptedSource().Set("a", "1");
        var other = new ScriptedSource().Set("b", "1");
        using var bench = Started(source, other);

        source.Failure = new IOException("gone");
        source.Signal();
        other.Set("b", "2").Signal();
        bench.Settle();
        Assert.Equal("a=1 b=2", bench.Live);
        Assert.Equal(SourceFindings.SourceFailed, Assert.Single(bench.Watcher.Findings).Code);

        source.Failure = null;
        source.Set("a", "2").Signal();
        bench.Settle();

        Assert.Equal("a=2 b=2", bench.Live);
        Assert.Empty(bench.Watcher.Findings);
    }

    [Fact]
    public void Failing_source_that_does_not_signal_is_tried_again()
    {
        var source = new ScriptedSource().Set("a", "1");
        using var bench = Started(source);
        source.Failure = new IOException("gone");
        source.Set("a", "2").Signal();
        bench.Settle();

        source.Failure = null;
        bench.Time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal("a=2", bench.Live);
    }

    [Fact]
    public void Source_whose_token_fails_is_subscribed_again()
    {
        var source = new ScriptedSource().Set("a", "1");
        using var bench = Started(source);
        source.TokenFailure = new IOException("no token");
        source.Signal();
        bench.Settle();
        source.TokenFailure = null;
        bench.Time.Advance(TimeSpan.FromSeconds(6));

        source.Set("a", "2").Signal();
        bench.Settle();

        Assert.Equal("a=2", bench.Live);
    }

    [Fact]
    public void Refused_document_keeps_its_previous_version_while_the_others_go_live()
    {
        var source = new ScriptedSource().Set("a", "1").Set("b", "1");
        using var bench = Started(source);

        source.Set("a", "bad").Set("b", "2").Set("c", "bad").Signal();
        bench.Settle();

        Assert.Equal("a=1 b=2", bench.Live);
        Assert.Equal(["a", "a", "c", "c"], bench.Watcher.Findings.Select(finding => finding.Source));
    }

    [Fact]
    public void Document_that_breaks_the_reader_counts_as_refused()
    {
        var source = new ScriptedSource().Set("a", "1").Set("b", "1");
        using var bench = Started(source);

        source.Set("a", "throw").Set("b", "2").Signal();
        bench.Settle();

        Assert.Equal("a=1 b=2", bench.Live);
        Assert.Equal(SourceFindings.ReaderFailed, Assert.Single(bench.Watcher.Findings).Code);
    }

    [Fact]
    public void Document_that_is_gone_takes_its_rules_with_it()
    {
        var source = new ScriptedSource().Set("a", "1").Set("b", "1");
        using var bench = Started(source);

        source.Remove("a");
        source.Signal();
        bench.Settle();

        Assert.Equal("b=1", bench.Live);
    }

    [Fact]
    public void Unchanged_documents_are_neither_merged_nor_published()
    {
        var source = new ScriptedSource().Set("a", "1");
        using var bench = Started(source);

        source.Signal();
        bench.Settle();
        source.Set("a", "bad").Signal();
        bench.Settle();
        source.Set("a", "1").Signal();
        bench.Settle();

        Assert.Equal(4, source.Loads);
        Assert.Single(bench.Updates);
    }

    [Fact]
    public void Documents_of_one_name_in_one_source_fail_the_source()
    {
        var source = new ScriptedSource().Set("a", "1");
        using var bench = Started(source);

        source.Override = [MeshDocument.FromMeshJson("x", "1"), MeshDocument.FromMeshJson("x", "2")];
        source.Signal();
        bench.Settle();

        Assert.Equal("a=1", bench.Live);
        Assert.Equal(SourceFindings.DuplicateDocument, Assert.Single(bench.Watcher.Findings).Code);
    }

    [Fact]
    public void Consumer_that_throws_does_not_stop_later_changes()
    {
        var source = new ScriptedSource().Set("a", "1");
        using var bench = Started(source);

        bench.DuringPublish = () => throw new InvalidOperationException("cannot compile");
        source.Set("a", "2").Signal();
        bench.Settle();
        Assert.Equal("a=1", bench.Live);
        bench.DuringPublish = null;
        source.Signal();
        bench.Settle();

        Assert.Equal("a=2", bench.Live);
    }

    [Fact]
    public void Token_that_never_calls_back_is_asked()
    {
        var source = new ScriptedSource { Passive = new() }.Set("a", "1");
        using var bench = Started(source);
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, source.Loads);

        var first = source.Passive!;
        source.Set("a", "2").Passive = new();
        first.HasChanged = true;
        bench.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("a=2", bench.Live);
        Assert.Equal(2, source.Loads);
    }

    [Fact]
    public void Refusal_is_logged_once_with_every_finding_and_its_end_too()
    {
        var source = new ScriptedSource().Set("a", "1");
        using var bench = Started(source);

        source.Set("a", "bad").Signal();
        bench.Settle();
        source.Signal();
        bench.Settle();
        source.Set("a", "2").Signal();
        bench.Settle();

        var refusal = Assert.Single(bench.Logs, log => log.Level == LogLevel.Error);
        Assert.Contains("MESH0001", refusal.Text, StringComparison.Ordinal);
        Assert.Contains("MESH0002", refusal.Text, StringComparison.Ordinal);
        Assert.Contains("its previous rules stay live", refusal.Text, StringComparison.Ordinal);
        Assert.Single(bench.Logs, log => log.Text == "Mesh rules in a can be used again.");
    }

    [Fact]
    public void Change_that_went_live_is_logged_once_with_the_documents_that_changed()
    {
        var source = new ScriptedSource().Set("a", "1").Set("b", "1").Set("c", "1");
        using var bench = Started(source);
        Assert.Equal([1001], bench.Logs.Select(log => log.Event));

        source.Set("a", "2").Set("d", "1").Remove("c");
        source.Signal();
        bench.Settle();
        source.Signal();
        bench.Settle();

        var change = Assert.Single(bench.Logs, log => log.Event == 1010);
        Assert.Equal((LogLevel.Information, "Mesh rules are live after a change of a, d, c (gone)."), (change.Level, change.Text));
    }

    [Fact]
    public void Change_of_many_documents_is_logged_with_a_few_of_their_names()
    {
        var source = new ScriptedSource();
        using var bench = Started(source);

        foreach (var number in Enumerable.Range(1, 8))
        {
            source.Set($"{number}", "1");
        }

        source.Signal();
        bench.Settle();

        Assert.Single(bench.Logs, log => log.Text == "Mesh rules are live after a change of 1, 2, 3, 4, 5 and 3 more.");
    }

    [Fact]
    public void Refused_change_is_not_logged_as_live_and_undoing_it_changes_nothing()
    {
        var source = new ScriptedSource().Set("a", "1");
        using var bench = Started(source);

        source.Set("a", "bad").Signal();
        bench.Settle();
        source.Set("a", "1").Signal();
        bench.Settle();

        Assert.Equal([1001, 1002, 1003], bench.Logs.Select(log => log.Event));
    }

    [Fact]
    public void Warning_is_logged_once_and_again_only_when_it_changes()
    {
        var source = new ScriptedSource().Set("a", "warn 1");
        using var bench = Started(source);

        source.Signal();
        bench.Settle();
        Assert.Single(bench.Logs, log => log.Level == LogLevel.Warning);
        source.Set("a", "warn 2").Signal();
        bench.Settle();

        Assert.Equal(2, bench.Logs.Count(log => log.Level == LogLevel.Warning));
    }

    [Fact]
    public void Failing_source_is_logged_once_however_often_it_is_tried()
    {
        var source = new ScriptedSource().Set("a", "1");
        using var bench = Started(source);

        source.Failure = new IOException("gone");
        source.Signal();
        bench.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Single(bench.Logs, log => log.Level == LogLevel.Error);
        Assert.True(source.Loads > 5);
    }

    [Fact]
    public void DocumentChanged_tells_each_change_that_went_live_or_was_refused_and_nothing_else()
    {
        var source = new ScriptedSource().Set("a", "1").Set("b", "1");
        using var bench = Started(source);
        var told = new List<bool>();
        bench.Watcher.DocumentChanged += told.Add;

        void After(Action change, params bool[] expected)
        {
            told.Clear();
            change();
            source.Signal();
            bench.Settle();
            Assert.Equal(expected, told);
        }

        After(() => { });
        After(() => source.Set("a", "2").Set("b", "2"), true, true);
        After(() => source.Set("a", "bad"), false);
        After(() => { });
        After(() => source.Set("a", "2"), true);
        After(() => source.Set("c", "1"), true);
        After(() => source.Remove("c"), true);
        After(() => source.Failure = new IOException("gone"), false);
        After(() => { });
        After(() => source.Failure = null);
    }

    [Fact]
    public void Dispose_leaves_no_timer_and_reads_no_more()
    {
        var source = new ScriptedSource().Set("a", "1");
        var bench = Started(source);

        source.Signal();
        bench.Dispose();
        source.Signal();
        bench.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(0, bench.Time.LiveTimers);
        Assert.Equal(1, source.Loads);
    }

    [Fact]
    public void Dispose_during_a_round_keeps_it_from_publishing()
    {
        var source = new ScriptedSource().Set("a", "1");
        var bench = Started(source);
        source.DuringLoad = bench.Dispose;

        source.Set("a", "2").Signal();
        bench.Settle();

        Assert.Equal("a=1", bench.Live);
    }

    [Fact]
    public void Live_rules_after_any_history_are_the_last_good_version_of_each_document()
    {
        var change = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[1, 9], Gen.Int[0, 60]);
        change.List[1, 40].Sample(
            history =>
            {
                var good = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["d0"] = "0" };
                var source = new ScriptedSource().Set("d0", "0");
                using var bench = Started(source);
                foreach (var (document, action, text, wait) in history)
                {
                    var name = $"d{document}";
                    if (action == 0)
                    {
                        source.Remove(name);
                        good.Remove(name);
                    }
                    else if (action == 1)
                    {
                        // Seen by itself, so that the watcher has a last good version to keep.
                        bench.Settle();
                        bench.Settle();
                        source.Set(name, $"bad {text}");
                    }
                    else
                    {
                        source.Set(name, $"{text}");
                        good[name] = $"{text}";
                    }

                    source.Signal();
                    bench.Time.Advance(TimeSpan.FromMilliseconds(action == 0 ? 100 : wait));
                }

                bench.Settle();
                bench.Settle();
                return bench.Live == string.Join(" ", good.Select(pair => $"{pair.Key}={pair.Value}"));
            },
            seed: "0000KOIXKMo4",
            iter: 200,
            threads: 1);
    }

    private static WatcherBench Started(params IMeshConfigurationSource[] sources)
    {
        var bench = new WatcherBench(sources);
        bench.Watcher.Start();
        return bench;
    }
}
