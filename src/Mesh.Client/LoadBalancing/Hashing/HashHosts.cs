using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Endpoints as tables are made of them: in the order of their keys, so that the order in which discovery names them means nothing,
/// with weights that add up to one, or to less where places are empty.</summary>
internal sealed class HashHosts
{
    private readonly int[] _places;

    /// <param name="group">Whose table is made.</param>
    /// <param name="port">That of endpoints without one of their own.</param>
    public HashHosts(EndpointGroup group, int port)
    {
        var endpoints = group.Endpoints;
        Keys = new string[endpoints.Length];
        Weights = new double[endpoints.Length];
        _places = new int[endpoints.Length];
        var sum = 0UL;
        for (var place = 0; place < endpoints.Length; place++)
        {
            Keys[place] = KeyOf(endpoints[place].Endpoint, port);
            _places[place] = place;
            sum += EndpointWeights.WeightOf(endpoints[place]);
        }

        Array.Sort(Keys, _places, StringComparer.Ordinal);
        for (var index = 0; index < _places.Length; index++)
        {
            var weight = group.Shares?[_places[index]] ?? ((double)EndpointWeights.WeightOf(endpoints[_places[index]]) / sum);
            Weights[index] = weight;
            LeastWeight = Math.Min(LeastWeight, weight);
            MostWeight = Math.Max(MostWeight, weight);
        }
    }

    /// <summary>By what endpoints are hashed: <c>ip:port</c>, and the path of a Unix socket.</summary>
    public string[] Keys { get; }

    public double[] Weights { get; }

    public double LeastWeight { get; } = double.MaxValue;

    public double MostWeight { get; }

    /// <summary>Where the endpoint of a key stands among those that were given.</summary>
    public int PlaceOf(int index) => _places[index];

    private static string KeyOf(Endpoint endpoint, int port) => endpoint switch
    {
        { UnixPath: { } path } => path,
        { Port: not 0 } => endpoint.Address,
        _ => EndpointAddress.WithPort(endpoint.Address, port),
    };
}
