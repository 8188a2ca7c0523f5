namespace Mesh.Client.Model;

/// <summary><c>*.foo.com</c>: any name that ends in <paramref name="Suffix"/> (<c>.foo.com</c>; <c>-x.foo.com</c> for
/// <c>*-x.foo.com</c>) with at least one character before.</summary>
internal sealed record WildcardHostModel(string Suffix, HostModel Host);
