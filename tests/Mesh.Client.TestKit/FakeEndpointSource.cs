using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Mesh.Client.TestKit;

/// <summary>A source of endpoints moved by hand: sets, failures and ends, in the order in which the test gives them, to whatever service asks.</summary>
internal sealed class FakeEndpointSource(string name = "Fake") : IMeshEndpointSource
{
    private readonly ConcurrentDictionary<string, FakeEnumeration> _open = new(StringComparer.Ordinal);
    private int _begun;

    public string Name { get; } = name;

    /// <summary>Every query, in order.</summary>
    public ConcurrentQueue<MeshEndpointQuery> Queries { get; } = new();

    /// <summary>How many enumerations were begun.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>How many are under way.</summary>
    public int Open => _open.Count;

    /// <summary>Runs at the begin of each enumeration, on its thread.</summary>
    public Action<MeshEndpointQuery>? Beginning { get; set; }

    /// <summary>The one of a host, as soon as it is under way.</summary>
    public async Task<FakeEnumeration> OfAsync(string host)
    {
        FakeEnumeration? found = null;
        await Eventually.TrueAsync(() => _open.TryGetValue(host, out found), $"an enumeration for {host}");
        return found!;
    }

    /// <summary>Ends when some enumeration was begun.</summary>
    public Task BegunAsync() => Eventually.TrueAsync(() => Begun > 0);

    public async Task PushAsync(string host, params MeshEndpoint[] endpoints) => (await OfAsync(host)).Push(new MeshEndpointSet(endpoints));

    public async IAsyncEnumerable<MeshEndpointSet> WatchAsync(MeshEndpointQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Queries.Enqueue(query);
        Interlocked.Increment(ref _begun);
        Beginning?.Invoke(query);
        var enumeration = new FakeEnumeration();
        _open[query.Host] = enumeration;
        try
        {
            await foreach (var set in enumeration.Sets.ReadAllAsync(cancellationToken))
            {
                yield return set;
            }
        }
        finally
        {
            _open.TryRemove(KeyValuePair.Create(query.Host, enumeration));
        }
    }
}
