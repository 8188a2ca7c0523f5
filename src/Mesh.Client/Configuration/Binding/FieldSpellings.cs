namespace Mesh.Client.Configuration;

/// <summary>How the schema spells the fields and enumeration values of one document, as the binders that read it know. What they take as it
/// is has no spelling here.</summary>
internal sealed class FieldSpellings
{
    private readonly Dictionary<ConfigurationNode, string> _names = [];
    private readonly Dictionary<ConfigurationNode, string> _values = [];

    public void AddName(ConfigurationNode value, string name) => _names[value] = name;

    public void AddValue(ConfigurationNode value, string text) => _values[value] = text;

    /// <summary>The name of the field that holds <paramref name="value"/>, else <paramref name="written"/>.</summary>
    public string NameOf(ConfigurationNode value, string written) => _names.GetValueOrDefault(value, written);

    public string? TextOf(ConfigurationNode value) => _values.GetValueOrDefault(value) ?? value.Text;
}
