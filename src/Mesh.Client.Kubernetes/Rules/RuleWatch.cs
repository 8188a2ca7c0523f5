using Mesh.Client.Configuration;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Rules;

/// <summary>The objects of one kind in one namespace, or in all, as documents.</summary>
internal sealed class RuleWatch : IDisposable
{
    private readonly ResourceWatch<RuleObject> _watch;
    private readonly ResourceSubscription<RuleObject> _subscription;

    /// <summary>By name, so that their order does not depend on chance. Used by one thread at a time.</summary>
    private readonly SortedDictionary<string, SourceDocument> _documents = new(StringComparer.Ordinal);

    /// <param name="kind">The kind.</param>
    /// <param name="watch">Not started yet; disposed here.</param>
    /// <param name="wake">Called after each change.</param>
    public RuleWatch(RuleKind kind, ResourceWatch<RuleObject> watch, Action wake)
    {
        Kind = kind;
        _watch = watch;
        _subscription = watch.Subscribe(wake);
    }

    public RuleKind Kind { get; }

    /// <summary>As <see cref="ResourceWatch{T}.FirstAnswer"/>.</summary>
    public Task FirstAnswer => _watch.FirstAnswer;

    /// <summary>As <see cref="ResourceWatch{T}.NextRefusal"/>.</summary>
    public Task NextRefusal => _watch.NextRefusal;

    public int Count => _watch.Objects.Count;

    public ResourceStatus Status => _watch.Status;

    public void Start() => _watch.Start();

    /// <summary>As they are now. Thread-safe.</summary>
    public IEnumerable<(ResourceKey Key, RuleObject Rule)> Objects => _watch.Objects.Values.Select(resource => (resource.Key, resource.Value));

    /// <summary>Adds the documents as they are now. Not for two threads at once.</summary>
    public void AddTo(List<SourceDocument> documents)
    {
        if (_subscription.Take() is { } changes)
        {
            Update(changes);
        }

        documents.AddRange(_documents.Values);
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _watch.Dispose();
    }

    private void Update(ResourceChanges<RuleObject> changes)
    {
        if (changes.Keys is { } keys)
        {
            foreach (var key in keys)
            {
                var name = Kind.DocumentName(key.Namespace, key.Name);
                if (changes.Objects.TryGetValue(key, out var resource))
                {
                    _documents[name] = Known(resource.Value.Document);
                }
                else
                {
                    _documents.Remove(name);
                }
            }

            return;
        }

        var documents = changes.Objects.Values.Select(resource => Known(resource.Value.Document)).ToList();
        _documents.Clear();
        foreach (var document in documents)
        {
            _documents[document.Name] = document;
        }
    }

    /// <summary>An object whose rules did not change, only what is not read of it, keeps its document.</summary>
    private SourceDocument Known(MeshDocument document)
        => _documents.TryGetValue(document.Name, out var known) && known.Document!.Text == document.Text ? known : SourceDocument.Of(document);
}
