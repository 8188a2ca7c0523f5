using System.Collections.Immutable;

namespace Mesh.Client.Kubernetes.Watching;

/// <summary>The objects of a watch, and those who follow them. A change makes a new set that shares all but a path of the old one, so that one event among
/// ten thousand objects costs about as much as among ten. Thread-safe.</summary>
internal sealed class ResourceStore<T>
    where T : class
{
    private readonly Lock _gate = new();
    private ImmutableArray<ResourceSubscription<T>> _subscriptions = [];
    private ImmutableDictionary<ResourceKey, Resource<T>> _objects = ImmutableDictionary<ResourceKey, Resource<T>>.Empty;
    private bool _isKnown;

    public ImmutableDictionary<ResourceKey, Resource<T>> Objects => Volatile.Read(ref _objects);

    public bool IsKnown => Volatile.Read(ref _isKnown);

    /// <param name="wake">Called after each change, on the thread of the watch: it must be short and not wait. The first look finds everything, and
    /// there is no need to wait for a call before it.</param>
    public ResourceSubscription<T> Subscribe(Action wake)
    {
        var subscription = new ResourceSubscription<T>(this, wake);
        lock (_gate)
        {
            _subscriptions = _subscriptions.Add(subscription);
        }

        return subscription;
    }

    public ResourceChanges<T>? Take(ResourceSubscription<T> subscription)
    {
        lock (_gate)
        {
            return subscription.IsDirty ? new ResourceChanges<T>(_objects, subscription.Clear_NeedsLock(), _isKnown) : null;
        }
    }

    public void Leave(ResourceSubscription<T> subscription)
    {
        lock (_gate)
        {
            _subscriptions = _subscriptions.Remove(subscription);
        }
    }

    public void Set(Resource<T> resource) => Change(_objects.SetItem(resource.Key, resource), [resource.Key]);

    public void Remove(ResourceKey key)
    {
        if (_objects.ContainsKey(key))
        {
            Change(_objects.Remove(key), [key]);
        }
    }

    /// <summary>A list came: everything is known now.</summary>
    public void Replace(ImmutableDictionary<ResourceKey, Resource<T>> objects)
    {
        var changed = new List<ResourceKey>();
        foreach (var (key, resource) in objects)
        {
            if (!_objects.TryGetValue(key, out var old) || !ReferenceEquals(old, resource))
            {
                changed.Add(key);
            }
        }

        foreach (var key in _objects.Keys)
        {
            if (!objects.ContainsKey(key))
            {
                changed.Add(key);
            }
        }

        Change(objects, changed);
    }

    /// <summary>Wakes everybody, though no object changed: the state did.</summary>
    public void Touch() => Change(_objects, [], _isKnown);

    /// <summary>Only the loop of the watch writes, so that what it read is still there.</summary>
    private void Change(ImmutableDictionary<ResourceKey, Resource<T>> objects, IReadOnlyCollection<ResourceKey> keys, bool isKnown = true)
    {
        ImmutableArray<ResourceSubscription<T>> subscriptions;
        lock (_gate)
        {
            Volatile.Write(ref _objects, objects);
            Volatile.Write(ref _isKnown, isKnown);
            subscriptions = _subscriptions;
            foreach (var subscription in subscriptions)
            {
                subscription.Add_NeedsLock(keys);
            }
        }

        foreach (var subscription in subscriptions)
        {
            subscription.Wake();
        }
    }
}
