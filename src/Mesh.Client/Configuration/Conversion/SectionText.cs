namespace Mesh.Client.Configuration;

/// <summary>Finds the section in a text that is it, or a file that has it under <c>Mesh</c>.</summary>
internal static class SectionText
{
    private const string Path = "Mesh";

    /// <summary>Null and a finding where there is no section to read.</summary>
    public static ConfigurationNode? Find(string name, string text, List<MeshFinding> findings)
    {
        if (JsonNodeReader.Read(name, text, "", PathStyle.Colons, findings) is not { } root)
        {
            return null;
        }

        var places = root.Properties.FindAll(property => IsSection(property.Key) || property.Key.StartsWith(Path + ":", StringComparison.OrdinalIgnoreCase));
        if (places.Count == 0)
        {
            return JsonNodeReader.Read(name, text, Path, PathStyle.Colons, findings);
        }

        if (places.Count == 1 && IsSection(places[0].Key))
        {
            return places[0].Value;
        }

        findings.Add(ReaderLimits.Finding(FindingCodes.DuplicateKey, name, places[^1].Value.Path, places[^1].Value.Position.Line,
            $"the section is spread over {string.Join(", ", places.Select(place => FindingSink.Quote(place.Key)))}.", "Write it in one place."));
        return null;
    }

    private static bool IsSection(string key) => string.Equals(key, Path, StringComparison.OrdinalIgnoreCase);
}
