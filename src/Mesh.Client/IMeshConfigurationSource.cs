using Microsoft.Extensions.Primitives;

namespace Mesh.Client;

/// <summary>Where rules come from. Implement it to feed the mesh from a store of your own.</summary>
/// <remarks>
/// The mesh takes the change token first and loads after, so that no change between the two is lost. Both methods may be called
/// from any thread, never by two at once. What one of them throws counts as a failing source: its last good rules stay and it is asked
/// again every 5 seconds. At the start there are none yet, and the start fails with <see cref="MeshConfigurationException"/>.
/// </remarks>
public interface IMeshConfigurationSource
{
    /// <summary>The name shown in findings and logs, such as a file pattern or an address. It does not change.</summary>
    string Name { get; }

    /// <summary>A token that fires when <see cref="Load"/> may return something new. One that never fires is fine for fixed rules; one
    /// without <see cref="IChangeToken.ActiveChangeCallbacks"/> is looked at once a second.</summary>
    IChangeToken GetChangeToken();

    /// <summary>All documents of the source as they are now; one that is missing takes its rules with it. Each is accepted or refused as a
    /// whole. Two of one name make the source fail. Where two define the same object, the later wins.</summary>
    IReadOnlyList<MeshDocument> Load();
}
