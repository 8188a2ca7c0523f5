namespace Mesh.Client.Configuration;

/// <summary>Where a process or an endpoint stands; parts that are not known are empty.</summary>
internal readonly record struct Locality(string Region, string Zone, string Subzone)
{
    public static Locality Unknown { get; } = new("", "", "");

    public bool IsKnown => Region.Length > 0;

    /// <param name="text"><c>region/zone/subzone</c> or the beginning of it; null and empty are nowhere.</param>
    public static Locality Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Unknown;
        }

        var parts = text.Split('/', 3);
        return new(parts[0], parts.Length > 1 ? parts[1] : "", parts.Length > 2 ? parts[2] : "");
    }

    public override string ToString() => this switch
    {
        { Zone: "" } => Region,
        { Subzone: "" } => $"{Region}/{Zone}",
        _ => $"{Region}/{Zone}/{Subzone}",
    };
}
