using System.Globalization;

namespace Mesh.Client.Discovery.Dns;

/// <summary>What <c>resolv.conf</c> says about short names: the search list and <c>ndots</c>. Other lines are the resolver's business.</summary>
internal sealed record ResolvConf(IReadOnlyList<string> Search, int Ndots)
{
    private const int DefaultNdots = 1;
    private const int MaximumNdots = 15;

    public static ResolvConf Empty { get; } = new([], DefaultNdots);

    public static ResolvConf Parse(string text)
    {
        IReadOnlyList<string> search = [];
        var ndots = DefaultNdots;
        foreach (var line in text.Split('\n'))
        {
            // Comments start a line or, after a blank, end one.
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).TakeWhile(word => word[0] is not ('#' or ';')).ToArray();
            switch (words)
            {
                // The last of these lines counts, whichever it is.
                case ["search", .. var names]:
                    search = Clean(names);
                    break;
                case ["domain", var name, ..]:
                    search = Clean([name]);
                    break;
                case ["options", .. var options]:
                    ndots = ReadNdots(options) ?? ndots;
                    break;
                default:
                    break;
            }
        }

        return new ResolvConf(search, ndots);
    }

    /// <summary>The absolute names to ask for, in order: a name with fewer dots than <c>ndots</c> is searched first and tried as it is last.</summary>
    public IReadOnlyList<string> Candidates(string name)
    {
        if (name.EndsWith('.'))
        {
            return [name];
        }

        var searched = Search.Select(suffix => $"{name}.{suffix}.").ToList();
        searched.Insert(name.AsSpan().Count('.') >= Ndots ? 0 : searched.Count, name + ".");
        return searched;
    }

    private static string[] Clean(string[] names) => [.. names.Select(name => name.Trim('.')).Where(name => name.Length > 0)];

    private static int? ReadNdots(string[] options)
    {
        const string Prefix = "ndots:";
        int? found = null;
        foreach (var option in options)
        {
            if (option.StartsWith(Prefix, StringComparison.Ordinal)
                && int.TryParse(option.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                found = Math.Min(value, MaximumNdots);
            }
        }

        return found;
    }
}
