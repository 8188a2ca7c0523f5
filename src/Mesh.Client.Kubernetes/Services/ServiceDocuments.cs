using System.Collections.Immutable;
using Mesh.Client.Configuration;
using Mesh.Client.Kubernetes.Identity;
using Mesh.Client.Kubernetes.Watching;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>The rules that follow from the cluster by itself: the Services that are called, and who this process is. All of it holds only where nobody has
/// written anything else. Thread-safe.</summary>
internal sealed class ServiceDocuments(WorkloadIdentity identity) : IMeshConfigurationSource, IRuleSource
{
    private ImmutableSortedDictionary<string, MeshDocument> _documents = ImmutableSortedDictionary.Create<string, MeshDocument>(StringComparer.Ordinal);
    private ConfigurationReloadToken _change = new();
    private string? _place;

    public string Name => "Kubernetes";

    /// <summary>It never fails: for the next run a service is kept with its endpoints, and who this process is the next one knows by itself.</summary>
    public bool IsRemote => false;

    public IChangeToken GetChangeToken() => Volatile.Read(ref _change);

    public IReadOnlyList<MeshDocument> Load() => [identity.Document(Volatile.Read(ref _place)), .. Volatile.Read(ref _documents).Values];

    public IReadOnlyList<SourceDocument> Read() => [.. Load().Select(SourceDocument.Of)];

    /// <param name="locality">Where this process stands, as its node says.</param>
    public void SetPlace(string? locality)
    {
        if (Interlocked.Exchange(ref _place, locality) != locality)
        {
            Signal();
        }
    }

    /// <param name="key">The service.</param>
    /// <param name="document">As it is now; null: it is gone.</param>
    /// <returns>False where it was so already.</returns>
    public bool Set(ResourceKey key, MeshDocument? document)
    {
        var isChanged = ImmutableInterlocked.Update(
            ref _documents,
            static (documents, change) => change.document is null ? documents.Remove(change.Name)
                : documents.TryGetValue(change.Name, out var known) && known.Text == change.document.Text ? documents
                : documents.SetItem(change.Name, change.document),
            (Name: key.ToString(), document));
        if (isChanged)
        {
            Signal();
        }

        return isChanged;
    }

    private void Signal() => Interlocked.Exchange(ref _change, new ConfigurationReloadToken()).OnReload();
}
