namespace Mesh.Client.Persistence;

/// <summary>The endpoints of a service as they are written to disk.</summary>
/// <param name="Service">Its full name.</param>
/// <param name="Discovery">What found them, as <c>Discovery</c> names it: what another source said is no answer of this one.</param>
/// <param name="ConfirmedAt">When that last said so.</param>
/// <param name="Endpoints">Empty only where there is a <paramref name="Document"/>.</param>
/// <param name="Document">By which it stands in the rules where nobody wrote it there; null for others.</param>
internal sealed record SavedService(
    string Service, string Discovery, DateTimeOffset ConfirmedAt, IReadOnlyList<SavedEndpoint> Endpoints, SavedDocument? Document = null);
