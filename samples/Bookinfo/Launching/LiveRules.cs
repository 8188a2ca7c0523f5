using System.Text.Json;

namespace Bookinfo.Launching;

/// <summary>A few words about rules, for the console only: the mesh reads them for itself.</summary>
internal static class LiveRules
{
    private static readonly JsonDocumentOptions AsConfiguration = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static string InSettings(string file, bool hasRuleFiles)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file), AsConfiguration);
            var names = Child(document.RootElement, "Mesh") is { } mesh && Child(mesh, "VirtualServices") is { } rules
                ? rules.EnumerateObject().Select(rule => rule.Name).ToList()
                : [];
            return (names.Count > 0, hasRuleFiles) switch
            {
                (false, false) => "no VirtualServices, so the versions of reviews take turns",
                (false, true) => "no VirtualServices; those below hold",
                (true, false) => $"VirtualServices for {string.Join(", ", names)}",
                (true, true) => $"VirtualServices for {string.Join(", ", names)}; of two with one name, the one below holds",
            };
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return $"cannot be read ({exception.Message})";
        }
    }

    /// <summary>The first comment of a rule file, which says what it does.</summary>
    public static string HeadComment(string file)
    {
        try
        {
            var first = File.ReadLines(file).FirstOrDefault() ?? "";
            return first.StartsWith('#') ? first.TrimStart('#', ' ').TrimEnd('.') : "your rules";
        }
        catch (IOException)
        {
            return "files that match, now or later";
        }
    }

    private static JsonElement? Child(JsonElement parent, string name)
    {
        if (parent.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in parent.EnumerateObject())
            {
                if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase) && property.Value.ValueKind == JsonValueKind.Object)
                {
                    return property.Value;
                }
            }
        }

        return null;
    }
}
