namespace Mesh.Client.TestKit;

/// <summary>Loopback Kestrel servers in this process, each on a free port, each to be killed, restarted, slowed or drained by itself.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly FleetServer[] _servers;

    private Fleet(FleetServer[] servers) => _servers = servers;

    public IReadOnlyList<FleetServer> Servers => _servers;

    public FleetServer this[int index] => _servers[index];

    /// <summary><c>127.0.0.1:port</c> of every server, in order.</summary>
    public IReadOnlyList<string> Addresses => [.. _servers.Select(server => server.Address)];

    public static async Task<Fleet> StartAsync(int servers, FleetOptions? options = null)
    {
        var fleet = new Fleet([.. Enumerable.Range(0, servers).Select(index => new FleetServer(index, options ?? new FleetOptions()))]);
        try
        {
            foreach (var server in fleet._servers)
            {
                await server.StartAsync();
            }
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }

        return fleet;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.KillAsync();
        }
    }
}
