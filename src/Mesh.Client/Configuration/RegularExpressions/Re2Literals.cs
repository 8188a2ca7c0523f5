namespace Mesh.Client.Configuration;

/// <summary>One of some texts: <c>a</c>, <c>(GET|HEAD)</c>, <c>v1(beta)?</c>.</summary>
internal sealed class Re2Literals(IReadOnlyList<string> texts) : Re2Shape
{
    // Up to here comparing one after the other is as fast as hashing.
    private const int LongestList = 8;

    private readonly string[] _texts = [.. texts];
    private readonly HashSet<string>? _many = texts.Count > LongestList ? new(texts, StringComparer.Ordinal) : null;

    public override bool IsMatch(ReadOnlySpan<char> value)
    {
        if (_many is not null)
        {
            return _many.GetAlternateLookup<ReadOnlySpan<char>>().Contains(value);
        }

        foreach (var text in _texts)
        {
            if (value.SequenceEqual(text))
            {
                return true;
            }
        }

        return false;
    }
}
