namespace Mesh.Client.Model;

/// <summary>Some endpoints of a group that warms up, to draw from by weight.</summary>
internal sealed class WarmUpCohort
{
    private readonly int[] _places;
    private readonly EndpointWeights? _weights;
    private readonly double _placesPerWeight;

    /// <param name="places">Theirs in the group.</param>
    /// <param name="weights">Those of the group.</param>
    public WarmUpCohort(int[] places, EndpointWeights? weights)
    {
        _places = places;
        _weights = weights is null ? null : EndpointWeights.Create(places.Select(place => weights[place]).ToArray());
        Weight = weights is null ? places.Length : places.Sum(place => (double)weights[place]);
        _placesPerWeight = places.Length / Weight;
    }

    /// <summary>What they weigh together; 0 where there are none.</summary>
    public double Weight { get; }

    /// <summary>One of them, as likely as it weighs, as its place in the group.</summary>
    /// <param name="point">Uniform from 0 to <see cref="Weight"/>.</param>
    /// <param name="random">For another draw, where they do not all weigh the same.</param>
    public int Draw(double point, MeshRandom random) => _places[_weights is { } weights
        ? weights.Draw(random.NextUInt64())
        : Math.Min((int)(point * _placesPerWeight), _places.Length - 1)];
}
