namespace Mesh.Client.Model;

/// <summary>A wildcard that a ServiceEntry declares: calls to what it covers go through the client's own handler, also where only known hosts may
/// be called.</summary>
/// <param name="Suffix"><c>.foo.com</c> for <c>*.foo.com</c>.</param>
/// <param name="Ports">Empty: any.</param>
/// <param name="Refusal">Set where a DestinationRule asks for TLS, which nobody would add on this way: calls are answered 503 with this text.</param>
internal sealed record PassThroughHost(string Suffix, PortModel[] Ports, string? Refusal);
