namespace Mesh.Client.Configuration;

/// <summary>
/// Texts and runs one after the other: <c>lit.*</c>, <c>.*lit.*</c>, <c>/a/[^/]+/b</c>. From the front each run goes as far as its set does,
/// which is the only way where the text behind it begins outside of the set. From the first run that could stop earlier on, all runs are of
/// one set and all texts within it: there the first place of each text is as good as any, as with the wildcards of file names.
/// </summary>
internal sealed class Re2Sequence : Re2Shape
{
    private readonly Re2Part[] _parts;
    private readonly int _firstOpen;

    private Re2Sequence(Re2Part[] parts, int firstOpen) => (_parts, _firstOpen) = (parts, firstOpen);

    /// <param name="parts">Neither two texts nor two runs side by side.</param>
    /// <returns>Null where finding the lengths of the runs takes trying.</returns>
    public static Re2Sequence? Create(IReadOnlyList<Re2Part> parts)
    {
        var firstOpen = 0;
        while (firstOpen < parts.Count && !IsOpen(parts, firstOpen))
        {
            firstOpen++;
        }

        for (var index = firstOpen; index < parts.Count; index++)
        {
            var (text, run) = (parts[index].Text, parts[index].Run);
            var first = parts[firstOpen].Run!;
            if (run is not null ? !run.HasSameSet(first) : !text!.All(first.Contains))
            {
                return null;
            }
        }

        return new([.. parts], firstOpen);
    }

    public override bool IsMatch(ReadOnlySpan<char> value)
    {
        for (var index = 0; index < _firstOpen; index++)
        {
            if (_parts[index].Run is { } run)
            {
                var length = run.LengthIn(value);
                if (length < run.Least)
                {
                    return false;
                }

                value = value[length..];
            }
            else if (value.StartsWith(_parts[index].Text))
            {
                value = value[_parts[index].Text!.Length..];
            }
            else
            {
                return false;
            }
        }

        return _firstOpen == _parts.Length ? value.IsEmpty : IsOpenMatch(value);
    }

    private static bool IsOpen(IReadOnlyList<Re2Part> parts, int index)
        => parts[index].Run is { } run && index + 1 < parts.Count && run.Contains(parts[index + 1].Text![0]);

    private bool IsOpenMatch(ReadOnlySpan<char> value)
    {
        if (_parts[_firstOpen].Run!.LengthIn(value) < value.Length)
        {
            return false;
        }

        for (var index = _firstOpen; ; index += 2)
        {
            var least = _parts[index].Run!.Least;
            if (value.Length < least)
            {
                return false;
            }

            value = value[least..];
            if (index + 1 == _parts.Length)
            {
                return true;
            }

            var text = _parts[index + 1].Text!;
            if (index + 2 == _parts.Length)
            {
                return value.EndsWith(text);
            }

            var at = value.IndexOf(text);
            if (at < 0)
            {
                return false;
            }

            value = value[(at + text.Length)..];
        }
    }
}
