using System.Collections.Frozen;

namespace Mesh.Client.Model;

/// <summary>Labels as the model keeps them, one object for equal ones: most endpoints and subsets carry one of a few sets, mostly that of the one
/// before, and a frozen dictionary costs more to make than all else about them.</summary>
internal sealed class LabelSets
{
    private const int Remembered = 16;

    private readonly List<FrozenDictionary<string, string>> _sets = [];

    public FrozenDictionary<string, string> Get(IReadOnlyDictionary<string, string> written)
    {
        foreach (var known in _sets)
        {
            if (IsSame(written, known))
            {
                return known;
            }
        }

        var labels = written.ToFrozenDictionary(StringComparer.Ordinal);
        if (_sets.Count == Remembered)
        {
            _sets.RemoveAt(Remembered - 1);
        }

        _sets.Insert(0, labels);
        return labels;
    }

    public static bool IsSame(IReadOnlyDictionary<string, string> written, FrozenDictionary<string, string> known)
    {
        if (written.Count != known.Count)
        {
            return false;
        }

        // Without an enumerator on the interface, which is an object.
        foreach (var (name, value) in known)
        {
            if (!written.TryGetValue(name, out var other) || other != value)
            {
                return false;
            }
        }

        return true;
    }
}
