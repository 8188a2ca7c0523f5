using System.Collections.Immutable;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Tests.Watching;

public sealed class ResourceStoreTests
{
    private readonly ResourceStore<string> _store = new();

    [Fact]
    public void First_look_finds_everything_and_the_next_what_changed_since()
    {
        _store.Set(Of("one", "1"));
        using var subscription = _store.Subscribe(() => { });
        Assert.Null(subscription.Take()!.Keys);

        _store.Set(Of("two", "1"));
        _store.Set(Of("two", "2"));
        _store.Remove(Key("one"));

        var changes = subscription.Take()!;
        Assert.Equal([Key("one"), Key("two")], changes.Keys!.OrderBy(key => key.Name));
        Assert.Equal("2", Assert.Single(changes.Objects).Value.Value);
        Assert.Null(subscription.Take());
    }

    [Fact]
    public void First_look_before_any_answer_says_that_nothing_is_known()
    {
        using var subscription = _store.Subscribe(() => { });

        Assert.False(subscription.Take()!.IsKnown);
        _store.Replace(ImmutableDictionary<ResourceKey, Resource<string>>.Empty);
        Assert.Equal((true, 0), (subscription.Take() is { IsKnown: true }, _store.Objects.Count));
    }

    [Fact]
    public void List_tells_the_objects_that_differ_and_no_others()
    {
        Resource<string>[] old = [Of("same", "1"), Of("changed", "1"), Of("gone", "1")];
        _store.Replace(old.ToImmutableDictionary(resource => resource.Key));
        using var subscription = _store.Subscribe(() => { });
        subscription.Take();

        Resource<string>[] now = [old[0], Of("changed", "2"), Of("new", "1")];
        _store.Replace(now.ToImmutableDictionary(resource => resource.Key));

        Assert.Equal(["changed", "gone", "new"], subscription.Take()!.Keys!.Select(key => key.Name).Order());
    }

    [Fact]
    public void Subscriber_that_does_not_look_collects_a_bounded_number_of_names()
    {
        using var subscription = _store.Subscribe(() => { });
        subscription.Take();
        for (var index = 0; index < 5000; index++)
        {
            _store.Set(Of($"{index}", "1"));
            _store.Remove(Key($"{index}"));
        }

        var changes = subscription.Take()!;
        Assert.Null(changes.Keys);
        Assert.Empty(changes.Objects);
    }

    [Fact]
    public void Every_subscriber_is_woken_also_after_one_that_fails()
    {
        var wakes = 0;
        using var bad = _store.Subscribe(() => throw new InvalidOperationException());
        using var good = _store.Subscribe(() => wakes++);
        using (_store.Subscribe(() => wakes += 100))
        {
            // Gone before anything happens.
        }

        _store.Set(Of("one", "1"));
        _store.Touch();

        Assert.Equal(2, wakes);
    }

    [Fact]
    public void Change_of_one_object_among_ten_thousand_copies_a_path_and_not_the_set()
    {
        _store.Replace(Enumerable.Range(0, 10_000).Select(index => Of($"object-{index}", "1")).ToImmutableDictionary(resource => resource.Key));
        var changed = Of("object-5000", "2");
        _store.Set(Of("object-5000", "3"));

        var before = GC.GetAllocatedBytesForCurrentThread();
        _store.Set(changed);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(bytes, 1, 3_000);
    }

    private static ResourceKey Key(string name) => new("demo", name);

    private static Resource<string> Of(string name, string version) => new(Key(name), version, version);
}
