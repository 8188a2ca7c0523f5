namespace Mesh.Client.Configuration;

/// <summary>
/// Tells whether a whole value matches an RE2 pattern. Nothing is built before the first value comes: of thousands of patterns most never
/// see one, and an automaton takes a good part of a millisecond.
/// </summary>
internal sealed class Re2Matcher(string pattern)
{
    private Re2Shape? _shape;

    /// <summary>As written.</summary>
    public string Pattern => pattern;

    /// <summary>Never true for what <see cref="Re2Pattern.TryTranslate"/> refuses.</summary>
    public bool IsMatch(ReadOnlySpan<char> value) => (Volatile.Read(ref _shape) ?? Build()).IsMatch(value);

    // First calls that come together may build it twice; both results say the same and the later one stays.
    private Re2Shape Build()
    {
        var shape = Re2Shape.Create(pattern);
        Volatile.Write(ref _shape, shape);
        return shape;
    }
}
