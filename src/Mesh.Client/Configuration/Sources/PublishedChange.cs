namespace Mesh.Client.Configuration;

/// <summary>Says in a few words which documents differ between what was live and what is.</summary>
internal static class PublishedChange
{
    private const int MostNames = 5;

    public static string Describe(IReadOnlyList<LoadedDocument> before, IReadOnlyList<LoadedDocument> after)
    {
        // Of two sources, each may have a document of the same name.
        var was = before.ToLookup(document => document.Name);
        var names = after.Select(document => document.Name).ToHashSet();
        List<string> changed =
        [
            .. after.Where(document => !was[document.Name].Any(other => ReferenceEquals(other, document))).Select(document => document.Name).Distinct(),
            .. was.Select(group => group.Key).Where(name => !names.Contains(name)).Select(name => $"{name} (gone)"),
        ];
        if (changed.Count == 0)
        {
            return "the order of the documents";
        }

        var more = changed.Count - MostNames;
        return string.Join(", ", changed.Take(MostNames)) + (more > 0 ? $" and {more} more" : "");
    }
}
