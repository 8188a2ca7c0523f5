namespace Mesh.Client.Model;

/// <summary>Endpoints laid end to end, each as long as its weight: a point on the line names an endpoint.</summary>
internal sealed class EndpointWeights
{
    private readonly uint[] _ends;

    // The line cut into as many equal parts as there are endpoints: for each the first endpoint that reaches into it.
    private readonly int[] _firsts;
    private readonly ulong _partsPerPoint;

    private EndpointWeights(uint[] ends)
    {
        _ends = ends;
        _firsts = new int[ends.Length];
        _partsPerPoint = ((ulong)ends.Length << 32) / Total;
        Step = ChooseStep(Total);
        var first = 0;
        for (var part = 0; part < _firsts.Length; part++)
        {
            while (ends[first] <= (ulong)part * Total / (ulong)ends.Length)
            {
                first++;
            }

            _firsts[part] = first;
        }
    }

    /// <summary>The sum of all weights, after division by what they have in common.</summary>
    public uint Total => _ends[^1];

    /// <summary>A stride without a common divisor with <see cref="Total"/>: walking by it visits every point once before it repeats, so
    /// that each endpoint comes up exactly as often as it weighs; near the golden section of the line its turns are spread evenly.</summary>
    public uint Step { get; }

    /// <summary>Null where there is nothing to weigh: no endpoints, or all with the same weight.</summary>
    public static EndpointWeights? Create(ReadOnlySpan<EndpointState> endpoints)
    {
        var divisor = 0u;
        var differ = false;
        var sum = 0UL;
        for (var index = 0; index < endpoints.Length; index++)
        {
            var weight = WeightOf(endpoints[index]);
            differ |= weight != WeightOf(endpoints[0]);
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
        while ((sum / unit) + (ulong)endpoints.Length > uint.MaxValue)
        {
            unit *= 2;
        }

        var ends = new uint[endpoints.Length];
        var end = 0u;
        for (var index = 0; index < ends.Length; index++)
        {
            end += (uint)((WeightOf(endpoints[index]) + unit - 1) / unit);
            ends[index] = end;
        }

        return new EndpointWeights(ends);
    }

    /// <summary>The index of the endpoint at <paramref name="point"/>, which is below <see cref="Total"/>. Indexed search (Chen and Asau 1974): two
    /// steps in the mean, however many endpoints there are.</summary>
    public int Find(uint point)
    {
        // Rounded down, so that the part is that of the point or the one before.
        var index = _firsts[(int)((point * _partsPerPoint) >> 32)];
        while (_ends[index] <= point)
        {
            index++;
        }

        return index;
    }

    /// <summary>How long the part of the line is that belongs to <paramref name="index"/>.</summary>
    public uint this[int index] => index == 0 ? _ends[0] : _ends[index] - _ends[index - 1];

    public static uint WeightOf(EndpointState endpoint) => (uint)Math.Max(1, endpoint.Endpoint.Weight);

    private static uint ChooseStep(uint total)
    {
        const double GoldenSection = 0.6180339887498949;
        var step = (uint)Math.Max(1, total * GoldenSection);
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
}
