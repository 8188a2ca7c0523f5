using System.Diagnostics.CodeAnalysis;

namespace Mesh.Client.Configuration;

/// <summary>Values by wildcard: <c>*.foo.com</c>, <c>*-x.foo.com</c>, <c>*</c>. A look-up costs one probe for each place in the name where a
/// wildcard may end: before its dots, or before every character once a wildcard ends inside a label.</summary>
internal sealed class WildcardTable<T>
{
    private readonly Dictionary<string, T> _bySuffix = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private bool _endsInsideLabels;

    public WildcardTable() => _byText = _bySuffix.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>By suffix: <c>.foo.com</c> for <c>*.foo.com</c>, empty for <c>*</c>.</summary>
    public IReadOnlyDictionary<string, T> BySuffix => _bySuffix;

    /// <summary>False where the wildcard is there already.</summary>
    public bool TryAdd(string wildcard, T value)
    {
        _endsInsideLabels |= wildcard is not ("*" or ['*', '.', ..]);
        return _bySuffix.TryAdd(wildcard[1..], value);
    }

    /// <summary>Replaces the value of a wildcard that is there already.</summary>
    public void Set(string wildcard, T value)
    {
        if (!TryAdd(wildcard, value))
        {
            _bySuffix[wildcard[1..]] = value;
        }
    }

    /// <summary>The value of the longest wildcard that covers a name, or of the wildcard itself. The star stands for one character at least.</summary>
    public bool TryFind(ReadOnlySpan<char> name, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        for (var start = Next(name, 0); start > 0; start = Next(name, start))
        {
            if (_byText.TryGetValue(name[start..], out value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The values of all wildcards that cover a name, the longest first.</summary>
    public IEnumerable<T> Over(string name)
    {
        for (var start = Next(name, 0); start > 0; start = Next(name, start))
        {
            if (_byText.TryGetValue(name.AsSpan(start), out var value))
            {
                yield return value;
            }
        }
    }

    /// <summary>Where the next shorter suffix begins; 0 where there is none.</summary>
    private int Next(ReadOnlySpan<char> name, int start)
    {
        if (start >= name.Length || _bySuffix.Count == 0)
        {
            return 0;
        }

        var dot = _endsInsideLabels ? 0 : name[(start + 1)..].IndexOf('.');
        return dot < 0 ? name.Length : start + 1 + dot;
    }
}
