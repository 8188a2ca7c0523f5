namespace Mesh.Client.Kubernetes.Watching;

/// <summary>What was read of a stream and not used yet. Grows up to a bound.</summary>
internal sealed class ByteBuffer(int most)
{
    private const int First = 16 * 1024;

    private byte[] _bytes = new byte[Math.Min(First, most)];
    private int _start;
    private int _end;

    public ReadOnlySpan<byte> Unused => _bytes.AsSpan(_start, _end - _start);

    public int Length => _end - _start;

    /// <summary>No more fits before something is used.</summary>
    public bool IsFull => _start == 0 && _end == most;

    public void Use(int count)
    {
        _start += count;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    /// <summary>Not to be called while <see cref="IsFull"/>.</summary>
    /// <returns>False at the end of the stream.</returns>
    public async ValueTask<bool> FillAsync(BodyReader body)
    {
        if (_end == _bytes.Length)
        {
            MakeRoom();
        }

        var count = await body.ReadAsync(_bytes.AsMemory(_end)).ConfigureAwait(false);
        _end += count;
        return count > 0;
    }

    private void MakeRoom()
    {
        // Moved where that frees at least half, so that a byte is moved a few times at most.
        var target = _start >= _bytes.Length / 2 || _bytes.Length == most ? _bytes : new byte[(int)Math.Min(_bytes.Length * 2L, most)];
        Unused.CopyTo(target);
        _end -= _start;
        _start = 0;
        _bytes = target;
    }
}
