namespace Mesh.Client.Model;

/// <summary>A wildcard that a ServiceEntry declares: calls to what it covers go through the client's own handler, also where only known hosts may
/// be called.</summary>
/// <param name="Suffix"><c>.foo.com</c> for <c>*.foo.com</c>.</param>
/// <param name="Ports">Empty: any.</param>
internal sealed record PassThroughHost(string Suffix, PortModel[] Ports);
