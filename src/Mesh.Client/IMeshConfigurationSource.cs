using Microsoft.Extensions.Primitives;

namespace Mesh.Client;

/// <summary>Where rules come from. Implement it to feed the mesh from a store of your own.</summary>
/// <remarks>
/// The mesh takes the change token first and loads after, so that no change between the two is lost. Both members may be called
/// from any thread, never by two at once. What <see cref="Load"/> throws counts as a failing source: the last good rules stay.
/// </remarks>
public interface IMeshConfigurationSource
{
    /// <summary>The name shown in findings and logs, such as a file pattern or an address.</summary>
    string Name { get; }

    /// <summary>A token that fires when <see cref="Load"/> may return something new. One that never fires is fine for fixed rules.</summary>
    IChangeToken GetChangeToken();

    /// <summary>All documents of the source as they are now. Each is accepted or refused as a whole, by its name.</summary>
    IReadOnlyList<MeshDocument> Load();
}
