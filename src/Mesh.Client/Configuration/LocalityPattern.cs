namespace Mesh.Client.Configuration;

/// <summary>A locality of a rule. <c>*</c> in place of a part takes any, and so do parts that are left out.</summary>
internal readonly record struct LocalityPattern(string Region, string Zone, string Subzone)
{
    public static LocalityPattern Parse(string text)
    {
        var (region, zone, subzone) = Locality.Parse(text);
        return new(region, zone, subzone);
    }

    public bool Matches(in Locality locality) => (Region == "*" || Region == locality.Region) && Takes(Zone, locality.Zone) && Takes(Subzone, locality.Subzone);

    /// <summary>Written after <paramref name="earlier"/> in one list it takes something that is taken already. As in Istio a pattern with a
    /// wildcard may follow a narrower one.</summary>
    public bool Overlaps(in LocalityPattern earlier)
    {
        if (earlier.Region == "*" || Region != earlier.Region)
        {
            return earlier.Region == "*";
        }

        if (Zone.Length == 0 || IsAny(earlier.Zone) || Zone != earlier.Zone)
        {
            return Zone.Length == 0 || IsAny(earlier.Zone);
        }

        return Subzone.Length == 0 || IsAny(earlier.Subzone) || Subzone == earlier.Subzone;
    }

    public override string ToString() => new Locality(Region, Zone, Subzone).ToString();

    private static bool IsAny(string part) => part is "" or "*";

    private static bool Takes(string part, string value) => IsAny(part) || part == value;
}
