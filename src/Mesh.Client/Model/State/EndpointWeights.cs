namespace Mesh.Client.Model;

/// <summary>Endpoints laid end to end, each as long as its weight: a point on the line names an endpoint.</summary>
internal sealed class EndpointWeights
{
    // Where each begins, and at last where all end.
    private readonly uint[] _starts;

    // The line cut into as many equal parts as there are endpoints.
    private readonly Part[] _parts;
    private readonly ulong _partsPerPoint;

    private readonly Bin[] _bins;
    private readonly double _mean;

    private EndpointWeights(uint[] starts)
    {
        _starts = starts;
        var count = starts.Length - 1;
        _mean = (double)Total / count;
        _bins = FillBins(count);
        _parts = new Part[count];
        _partsPerPoint = ((ulong)count << 32) / Total;
        Step = ChooseStep(Total, Heaviest());
        var first = 0;
        for (var part = 0; part < _parts.Length; part++)
        {
            while (starts[first + 1] <= (ulong)part * Total / (ulong)count)
            {
                first++;
            }

            _parts[part] = new(first, starts[first + 1], starts[Math.Min(first + 2, count)]);
        }
    }

    /// <summary>The sum of all weights, after division by what they have in common.</summary>
    public uint Total => _starts[^1];

    /// <summary>A stride without a common divisor with <see cref="Total"/>: walking by it visits every point once before it repeats, so
    /// that each endpoint comes up exactly as often as it weighs. Its turns are spread evenly: among few by a stride near the golden section of the line;
    /// among many by one no shorter than the heaviest endpoint, which goes along the line as round robin goes along its endpoints and begins each
    /// time near the golden section of a stride further on. That one finds in the caches what the pick before has read.</summary>
    public uint Step { get; }

    /// <summary>Null where there is nothing to weigh: no endpoints, or all with the same weight.</summary>
    public static EndpointWeights? Create(ReadOnlySpan<EndpointState> endpoints)
    {
        var weights = new uint[endpoints.Length];
        for (var index = 0; index < weights.Length; index++)
        {
            weights[index] = WeightOf(endpoints[index].Endpoint);
        }

        return Create(weights);
    }

    /// <summary>The same by the weights alone, each 1 or more.</summary>
    public static EndpointWeights? Create(ReadOnlySpan<uint> weights)
    {
        var divisor = 0u;
        var differ = false;
        var sum = 0UL;
        foreach (var weight in weights)
        {
            differ |= weight != weights[0];
            divisor = GreatestCommonDivisor(weight, divisor);
            sum += weight;
        }

        if (!differ)
        {
            return null;
        }

        // The line must fit into 32 bits. Rounding up keeps the lightest endpoint in play; shares move by less than one in a million
        // until there are thousands of endpoints with weights near the maximum.
        var unit = (ulong)divisor;
        while ((sum / unit) + (ulong)weights.Length > uint.MaxValue)
        {
            unit *= 2;
        }

        var starts = new uint[weights.Length + 1];
        for (var index = 0; index < weights.Length; index++)
        {
            starts[index + 1] = starts[index] + (uint)((weights[index] + unit - 1) / unit);
        }

        return new EndpointWeights(starts);
    }

    /// <summary>The index of the endpoint at <paramref name="point"/>, which is below <see cref="Total"/>. Indexed search (Chen and Asau 1974): two
    /// steps in the mean, however many endpoints there are.</summary>
    public int Find(uint point)
    {
        // Rounded down, so that the part is that of the point or the one before.
        ref readonly var part = ref _parts[(int)((point * _partsPerPoint) >> 32)];
        if (point < part.NextEnd)
        {
            return point < part.End ? part.First : part.First + 1;
        }

        var index = part.First + 2;
        while (_starts[index + 1] <= point)
        {
            index++;
        }

        return index;
    }

    /// <summary>An endpoint by chance, as likely as it weighs: one look into a table, whatever the weights.</summary>
    /// <remarks>The alias method (Walker 1977), in whole numbers.</remarks>
    /// <param name="drawn">Uniform over all 64-bit values.</param>
    public int Draw(ulong drawn)
    {
        var index = (int)(((drawn >> 32) * (uint)_bins.Length) >> 32);
        var bin = _bins[index];
        return ((drawn & uint.MaxValue) * Total) >> 32 < bin.Kept ? index : bin.Alias;
    }

    /// <summary>What a call in flight to <paramref name="index"/> counts: more where it weighs less than the mean.</summary>
    public double CallsPerShare(int index) => _mean / this[index];

    /// <summary>How long the part of the line is that belongs to <paramref name="index"/>.</summary>
    public uint this[int index] => _starts[index + 1] - _starts[index];

    public static uint WeightOf(EndpointState endpoint) => WeightOf(endpoint.Endpoint);

    public static uint WeightOf(Endpoint endpoint) => (uint)Math.Max(1, endpoint.Weight);

    /// <summary>Bins as many as endpoints and each as long as the whole line, so that together they hold every endpoint as many times as it weighs: each bin
    /// its own endpoint, and in what that leaves free a part of a heavier one (Vose 1991).</summary>
    private Bin[] FillBins(int count)
    {
        var bins = new Bin[count];
        var lengths = new ulong[bins.Length];

        // The light ones from the front, the heavy ones from the back.
        var order = new int[bins.Length];
        var (light, heavy) = (0, bins.Length);
        for (var index = 0; index < bins.Length; index++)
        {
            lengths[index] = this[index] * (ulong)bins.Length;
            order[lengths[index] < Total ? light++ : --heavy] = index;
        }

        while (light > 0 && heavy < bins.Length)
        {
            var (filled, giving) = (order[--light], order[heavy]);
            bins[filled] = new((uint)lengths[filled], giving);
            lengths[giving] -= Total - lengths[filled];
            if (lengths[giving] < Total)
            {
                heavy++;
                order[light++] = giving;
            }
        }

        // What is left over is as long as a bin.
        for (; heavy < bins.Length; heavy++)
        {
            bins[order[heavy]] = new(Total, order[heavy]);
        }

        return bins;
    }

    private uint Heaviest()
    {
        var heaviest = 0u;
        for (var index = 0; index < _starts.Length - 1; index++)
        {
            heaviest = Math.Max(heaviest, this[index]);
        }

        return heaviest;
    }

    private static uint ChooseStep(uint total, uint heaviest)
    {
        const double GoldenSection = 0.6180339887498949;
        const uint FewestStrides = 64;
        const uint MostTried = 64;
        const double NearEnough = 0.03;
        if (total / heaviest < FewestStrides)
        {
            return NextWithoutDivisor(total, (uint)Math.Max(1, total * GoldenSection));
        }

        var (best, distance) = (0u, double.MaxValue);
        for (var step = NextWithoutDivisor(total, heaviest); step < heaviest + MostTried && distance > NearEnough; step = NextWithoutDivisor(total, step + 1))
        {
            // Forwards by the section or backwards is as even.
            var further = (double)(total % step) / step;
            var here = Math.Min(Math.Abs(further - GoldenSection), Math.Abs(further - (1 - GoldenSection)));
            if (here < distance)
            {
                (best, distance) = (step, here);
            }
        }

        return best == 0 ? NextWithoutDivisor(total, heaviest) : best;
    }

    private static uint NextWithoutDivisor(uint total, uint step)
    {
        while (GreatestCommonDivisor(total, step) != 1)
        {
            step++;
        }

        return step;
    }

    private static uint GreatestCommonDivisor(uint a, uint b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }

    /// <summary>The first endpoint that reaches into a part of the line, and where that and the next one end: mostly the point is before that, and among
    /// thousands of endpoints a look at <see cref="_starts"/> is one more wait for memory.</summary>
    private readonly record struct Part(int First, uint End, uint NextEnd);

    /// <summary>Of <see cref="Total"/> points the first are of the bin's own endpoint, the others of another.</summary>
    private readonly record struct Bin(uint Kept, int Alias);
}
