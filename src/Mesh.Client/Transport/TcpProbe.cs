using System.Net.Security;
using System.Text;
using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.Security;

namespace Mesh.Client.Transport;

/// <summary>A connection of its own for each check, with the TLS of the cluster's rules; closed at its end.</summary>
internal static class TcpProbe
{
    /// <summary>An answer that goes on for longer without what is looked for does not have it.</summary>
    private const int LongestAnswer = 64 * 1024;

    public static async ValueTask<HealthCheckResult> CheckAsync(
        ClusterState cluster, EndpointState endpoint, TcpHealthCheck check, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var stream = await ConnectAsync(cluster, endpoint, timeProvider, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            if (check.Send.Length > 0)
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(check.Send), cancellationToken).ConfigureAwait(false);
                await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            return check.Receive.Count == 0 || await ReceivesAsync(stream, check, cancellationToken).ConfigureAwait(false)
                ? HealthCheckResult.Passed
                : HealthCheckResult.Failed("the answer does not contain what is looked for");
        }
    }

    /// <summary>The texts one after the other, whatever stands between them.</summary>
    internal static bool Contains(ReadOnlySpan<byte> answer, ValueList<string> texts)
    {
        foreach (var text in texts)
        {
            var place = answer.IndexOf(Encoding.Latin1.GetBytes(text));
            if (place < 0)
            {
                return false;
            }

            answer = answer[(place + text.Length)..];
        }

        return true;
    }

    private static async ValueTask<Stream> ConnectAsync(ClusterState cluster, EndpointState endpoint, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var dialer = new Dialer(EndpointAuthority.Target(endpoint.Endpoint, cluster), timeProvider);
        return cluster.Model.Policy.Tls is { } tls
            ? await new TlsDialer(dialer, new ServerCheck(tls)).ConnectAsync((List<SslApplicationProtocol>)[], cancellationToken).ConfigureAwait(false)
            : await dialer.ConnectAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<bool> ReceivesAsync(Stream stream, TcpHealthCheck check, CancellationToken cancellationToken)
    {
        var answer = new byte[1024];
        var length = 0;
        while (length < LongestAnswer)
        {
            if (length == answer.Length)
            {
                Array.Resize(ref answer, 2 * length);
            }

            var read = await stream.ReadAsync(answer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            length += read;
            if (Contains(answer.AsSpan(0, length), check.Receive))
            {
                return true;
            }
        }

        return false;
    }
}
