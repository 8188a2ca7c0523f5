namespace Mesh.Client.TestKit;

/// <summary>Chance as a script: hands out what was queued and then fails loudly, so that an unexpected draw never passes unseen.</summary>
internal sealed class ScriptedRandom : MeshRandom
{
    private readonly Lock _gate = new();
    private readonly Queue<ulong> _values = new();
    private int _draws;

    /// <summary>Values queued and not drawn yet.</summary>
    public int Remaining
    {
        get
        {
            lock (_gate)
            {
                return _values.Count;
            }
        }
    }

    /// <summary>Values drawn so far.</summary>
    public int Draws => Volatile.Read(ref _draws);

    public ScriptedRandom Raw(ulong value)
    {
        lock (_gate)
        {
            _values.Enqueue(value);
        }

        return this;
    }

    /// <summary>Makes the next <c>Next(exclusiveMaximum)</c> return <paramref name="value"/>.</summary>
    public ScriptedRandom Next(int value, int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, exclusiveMaximum);

        // The smallest upper half that multiply-shift maps to the value.
        var numerator = (ulong)(uint)value << 32;
        var half = (numerator + (uint)exclusiveMaximum - 1) / (uint)exclusiveMaximum;
        return Raw(half << 32);
    }

    /// <summary>Makes the next <c>NextDouble()</c> return <paramref name="value"/>, to the precision of 2^-53.</summary>
    public ScriptedRandom Double(double value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, 1.0);
        return Raw((ulong)(value * (1UL << 53)) << 11);
    }

    public override ulong NextUInt64()
    {
        lock (_gate)
        {
            if (!_values.TryDequeue(out var value))
            {
                throw new InvalidOperationException(
                    $"The script has no value for draw {_draws + 1}: the code draws more often than the test expects.");
            }

            _draws++;
            return value;
        }
    }
}
