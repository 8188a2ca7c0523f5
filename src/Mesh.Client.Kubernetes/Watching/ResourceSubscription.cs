namespace Mesh.Client.Kubernetes.Watching;

/// <summary>One who follows a <see cref="ResourceWatch{T}"/>. Changes are collected until they are taken, an object once however often it changed, so
/// that a slow subscriber costs nobody anything. Thread-safe.</summary>
internal sealed class ResourceSubscription<T> : IDisposable
    where T : class
{
    /// <summary>More are not told apart: looking at everything costs no more then, and objects that come and go by thousands must not collect here.</summary>
    private const int MostKeys = 4096;

    private readonly ResourceStore<T> _store;
    private readonly Action _wake;
    private HashSet<ResourceKey>? _keys;

    internal ResourceSubscription(ResourceStore<T> store, Action wake)
    {
        _store = store;
        _wake = wake;
    }

    /// <summary>Takes what changed since the last time; null where nothing did.</summary>
    public ResourceChanges<T>? Take() => _store.Take(this);

    public void Dispose() => _store.Leave(this);

    /// <summary>Nothing was taken yet, or too much has changed.</summary>
    internal bool IsWhole { get; private set; } = true;

    internal bool IsDirty { get; private set; } = true;

    internal void Add_NeedsLock(IReadOnlyCollection<ResourceKey> keys)
    {
        IsDirty = true;
        if (IsWhole)
        {
            return;
        }

        _keys ??= [];
        _keys.UnionWith(keys);
        if (_keys.Count > MostKeys)
        {
            IsWhole = true;
            _keys = null;
        }
    }

    internal IReadOnlyCollection<ResourceKey>? Clear_NeedsLock()
    {
        IReadOnlyCollection<ResourceKey>? keys = IsWhole ? null : _keys ?? [];
        _keys = null;
        IsWhole = IsDirty = false;
        return keys;
    }

    /// <summary>Never throws.</summary>
    internal void Wake() => Background.Run(_wake, static wake => wake(), "A subscriber of a Kubernetes watch", logger: null);
}
