using System.Net;

namespace Mesh.Client.Discovery.Dns;

/// <summary>A name server, and what asking it has shown. Written by several threads; none of it has to be exact.</summary>
internal sealed class NameServer(IPEndPoint endPoint)
{
    private const int DefaultPort = 53;

    private long _silentSince;
    private int _strays;

    public IPEndPoint EndPoint { get; } = endPoint;

    /// <summary>It understands EDNS, or has not yet said otherwise.</summary>
    public bool HasEdns { get; set; } = true;

    /// <param name="text"><c>ip</c> or <c>ip:port</c>.</param>
    /// <exception cref="DiscoveryException">It is neither.</exception>
    public static NameServer Parse(string text) => IPEndPoint.TryParse(text, out var server)
        ? new(server.Port == 0 ? new IPEndPoint(server.Address, DefaultPort) : server)
        : throw new DiscoveryException($"Mesh:Dns:NameServers has \"{text}\", which is neither ip nor ip:port.");

    public static NameServer At(IPAddress address) => new(new IPEndPoint(address, DefaultPort));

    /// <summary>It was asked and said nothing, not longer ago than <paramref name="memory"/>.</summary>
    public bool IsSilent(TimeProvider timeProvider, TimeSpan memory) =>
        Volatile.Read(ref _silentSince) is not 0 and var since && timeProvider.GetElapsedTime(since) < memory;

    public void MarkSilent(long now) => Volatile.Write(ref _silentSince, now);

    public void MarkAnswered() => Volatile.Write(ref _silentSince, 0);

    /// <summary>True the first time.</summary>
    public bool IsFirstStray() => Interlocked.Exchange(ref _strays, 1) == 0;

    public override string ToString() => EndPoint.ToString();
}
