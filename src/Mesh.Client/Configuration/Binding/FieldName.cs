namespace Mesh.Client.Configuration;

/// <summary>When a key names a field: without regard to case, and in protobuf's own spelling (<c>http_status</c>) too, as Istio reads it.</summary>
internal static class FieldName
{
    public static bool IsSame(string key, string field)
    {
        if (string.Equals(key, field, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return key.Length > field.Length && key[0] != '_' && key[^1] != '_'
            && string.Equals(key.Replace("_", "", StringComparison.Ordinal), field, StringComparison.OrdinalIgnoreCase);
    }

    // Objects of the schema have far fewer fields; looking at every one of a hostile object would cost more than the answer is worth.
    private const int MostFields = 100;

    /// <summary>Whether a field is not written and something much like it is: that is a finding already, and what follows from it is none.</summary>
    public static bool IsMisspelt(this ConfigurationNode node, string field)
        => node.Field(field) is null && node.Properties.Take(MostFields).Any(property => NearestName.Find(property.Key, [field]) is not null);

    /// <summary>The value of a field for checks that come after binding; null where it is not written.</summary>
    public static ConfigurationNode? Field(this ConfigurationNode node, string field)
    {
        foreach (var (key, value) in node.Properties)
        {
            if (IsSame(key, field))
            {
                return value;
            }
        }

        return null;
    }
}
