using Mesh.Client.Model;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.Model;

public sealed class ListChangeTests
{
    [Fact]
    public void Find_over_any_history_gives_changes_that_make_the_one_list_of_the_other() => Seeded.Sample(ListEdits.Histories, 2_000, history =>
    {
        object[] list = [.. Enumerable.Range(0, 20).Select(_ => new object())];
        foreach (var edits in history)
        {
            var next = ListEdits.Apply(list, edits, (_, _) => new object());
            AssertMakes(list, next, ListChange.Find<object>(list, next)!);
            list = next;
        }
    });

    [Fact]
    public void Find_in_lists_that_are_the_same_is_nothing()
    {
        object[] list = [.. Enumerable.Range(0, 100).Select(_ => new object())];

        Assert.Empty(ListChange.Find<object>(list, [.. list])!);
        Assert.Empty(ListChange.Find<object>([], [])!);
    }

    [Fact]
    public void Find_names_each_place_that_changed_and_no_other()
    {
        object[] list = [.. Enumerable.Range(0, 10_000).Select(_ => new object())];
        List<object> next = [.. list];
        next[7_000] = new object();
        next.RemoveRange(5_000, 2);
        next.Insert(300, new object());
        next.Add(new object());

        Assert.Equal([new(300, 0, 300, 1), new(5_000, 2, 5_001, 0), new(7_000, 1, 6_999, 1), new(10_000, 0, 9_999, 1)], ListChange.Find<object>(list, [.. next])!);
    }

    [Fact]
    public void Find_of_a_block_that_was_replaced_leaves_what_stands_around_it()
    {
        object[] list = [.. Enumerable.Range(0, 10_000).Select(_ => new object())];
        object[] next = [.. list[..4_000], .. Enumerable.Range(0, 150).Select(_ => new object()), .. list[4_200..]];

        Assert.Equal([new(4_000, 200, 4_000, 150)], ListChange.Find<object>(list, next)!);
    }

    [Theory]
    [InlineData(512, true)]
    [InlineData(513, false)]
    public void Find_gives_up_where_more_than_the_most_has_changed(int replaced, bool isFound)
    {
        object[] list = [.. Enumerable.Range(0, 2_000).Select(_ => new object())];
        object[] next = [.. list.Select((item, place) => place % 2 == 0 && place < 2 * replaced ? new object() : item)];

        Assert.Equal(isFound, ListChange.Find<object>(list, next) is not null);
    }

    [Theory]
    [InlineData(0, 1_024, true)]
    [InlineData(0, 1_025, false)]
    [InlineData(1_025, 0, false)]
    public void Find_gives_up_where_too_many_joined_or_left(int before, int after, bool isFound)
    {
        object[] all = [.. Enumerable.Range(0, 2_000).Select(_ => new object())];

        Assert.Equal(isFound, ListChange.Find<object>(all.AsSpan(0, before), all.AsSpan(0, after)) is not null);
    }

    [Fact]
    public void Missing_over_any_history_are_those_that_are_not_in_the_other_list() => Seeded.Sample(ListEdits.Histories, 1_000, history =>
    {
        object[] list = [.. Enumerable.Range(0, 20).Select(_ => new object())];
        foreach (var edits in history)
        {
            object[] next = [.. ListEdits.Apply(list, edits, (_, _) => new object()).Distinct()];
            Assert.Equal(list.Except(next), ListChange.Missing(list, next));
            list = next;
        }
    });

    [Fact]
    public void Missing_in_a_list_that_is_too_different_is_found_all_the_same()
    {
        object[] all = [.. Enumerable.Range(0, 5_000).Select(_ => new object())];

        Assert.Equal(all[4_000..], ListChange.Missing(all, [.. all[..4_000].Reverse()]));
    }

    private static void AssertMakes(object[] list, object[] next, List<ListChange> changes)
    {
        var made = new object[next.Length];
        ListChange.CopyUnchanged(changes, list, made);
        var end = 0;
        foreach (var change in changes)
        {
            Assert.True(change.Removed + change.Added > 0);
            Assert.True(change.Start >= end);
            Assert.All(made[change.NextStart..(change.NextStart + change.Added)], Assert.Null);
            next.AsSpan(change.NextStart, change.Added).CopyTo(made.AsSpan(change.NextStart));
            end = change.Start + change.Removed;
        }

        Assert.Equal(next, made);
    }
}
