namespace Mesh.Client.Configuration;

/// <summary>One of a Sidecar's <c>egress[].hosts</c>.</summary>
/// <param name="Namespace">A name, <c>.</c> for the namespace of this process, <c>*</c> for all, <c>~</c> for none.</param>
/// <param name="Host">A name, a wildcard, or <c>*</c>.</param>
/// <param name="IsExcluded">Written as <c>~namespace/host</c>: hidden, whatever else shows it.</param>
/// <param name="Node">Where it is written.</param>
/// <param name="Port">That of the calls that see it; <see cref="AnyPort"/> for those to ports that no other of the Sidecar's listeners is for.</param>
internal sealed record EgressHostConfiguration(string Namespace, string Host, bool IsExcluded, ConfigurationNode Node, int Port = EgressHostConfiguration.AnyPort)
{
    public const int AnyPort = 0;
    public const string Any = "*";
    public const string Own = ".";
    public const string None = "~";
}
