namespace Mesh.Client.Kubernetes.Watching;

/// <summary>Lines of a stream. One that is longer than the bound comes as its beginning, and the rest of it is read over.</summary>
internal sealed class LineReader(BodyReader body, int longest)
{
    private readonly ByteBuffer _buffer = new(longest);

    // Of the line that is being read: how much was searched in vain for its end. Of the one handed out: what to use up before the next.
    private int _searched;
    private int _handedOut;
    private bool _isCut;

    /// <summary>The line that the last read found, without its end; valid until the next one.</summary>
    public ReadOnlySpan<byte> Line => _buffer.Unused[..(_isCut ? _buffer.Length : _handedOut - 1)];

    /// <summary>The line is longer than the bound, and this is its beginning.</summary>
    public bool IsCut => _isCut;

    /// <summary>A whole line is here already: the next read does not wait.</summary>
    public bool HasNext => !_isCut && _buffer.Unused[_handedOut..].Contains((byte)'\n');

    /// <returns>False at the end of the stream; what stands there without the end of a line is torn, and no line.</returns>
    public async ValueTask<bool> ReadAsync()
    {
        if (_isCut && !await ReadOverAsync().ConfigureAwait(false))
        {
            return false;
        }

        _buffer.Use(_handedOut);
        _handedOut = _searched = 0;
        while (true)
        {
            var at = _buffer.Unused[_searched..].IndexOf((byte)'\n');
            if (at >= 0)
            {
                _handedOut = _searched + at + 1;
                return true;
            }

            _searched = _buffer.Length;
            if (_buffer.IsFull || (_buffer.Length == longest))
            {
                _isCut = true;
                return true;
            }

            if (!await _buffer.FillAsync(body).ConfigureAwait(false))
            {
                return false;
            }
        }
    }

    private async ValueTask<bool> ReadOverAsync()
    {
        _isCut = false;
        while (true)
        {
            var at = _buffer.Unused.IndexOf((byte)'\n');
            if (at >= 0)
            {
                _handedOut = at + 1;
                return true;
            }

            _buffer.Use(_buffer.Length);
            if (!await _buffer.FillAsync(body).ConfigureAwait(false))
            {
                return false;
            }
        }
    }
}
