using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>One change of one header. Several are done in their order.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Name">The header.</param>
/// <param name="Value">Null where it is removed.</param>
internal sealed record HeaderOperation(HeaderOperationKind Kind, string Name, HeaderTemplate? Value);
