namespace Mesh.Client.Persistence;

/// <summary>The rules of a source as they are written to disk: the last version of each document that was accepted.</summary>
/// <param name="Name">Of the source.</param>
/// <param name="ConfirmedAt">When it could last be read.</param>
/// <param name="Documents">In their order.</param>
internal sealed record SavedSource(string Name, DateTimeOffset ConfirmedAt, IReadOnlyList<SavedDocument> Documents);
