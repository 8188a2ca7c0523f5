namespace Mesh.Client.Model;

internal enum HeaderOperationKind
{
    Remove,

    /// <summary>In place of what is there.</summary>
    Set,

    /// <summary>Beside what is there.</summary>
    Add,
}
