using Mesh.Client.Pipeline;
using Microsoft.Extensions.Logging;

namespace Mesh.Client;

/// <summary>The mesh without dependency injection.</summary>
public static class MeshClient
{
    /// <summary>A handler that owns a mesh of its own: hand it to an <see cref="HttpClient"/> or a gRPC channel. The rules are read before
    /// it returns. Disposing it stops every watcher and timer, closes every connection and disposes the primary handler; a client disposes
    /// its handler unless told otherwise.</summary>
    /// <param name="options">Rules, logging, metrics, clock and primary handler.</param>
    /// <returns>The handler; safe for use by several clients and threads at once.</returns>
    /// <exception cref="MeshConfigurationException">A document is refused or a source fails; it holds all findings.</exception>
    public static DelegatingHandler CreateHandler(MeshHandlerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var runtime = MeshRuntime.Create(options);
        try
        {
            runtime.Start();
            var primary = options.InnerHandler ?? new SocketsHttpHandler();
            var binding = ClientBinding.For(primary, runtime.Transports);
            if (binding.Transport is null
                && options.LoggerFactory is { } logging
                && HopsBelow.SettingsOf(primary, runtime.Snapshot) is { } settings)
            {
                HopsBelow.Warn(logging.CreateLogger<MeshHandler>(), nameof(CreateHandler), primary, settings);
            }

            return new MeshHandler(runtime, binding, ownsRuntime: true)
            {
                InnerHandler = PrimaryShield.Around(primary),
            };
        }
        catch
        {
            runtime.Dispose();
            throw;
        }
    }
}
