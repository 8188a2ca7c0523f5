using System.Collections.Concurrent;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Client.Pipeline;

/// <summary>Puts the mesh into every client of IHttpClientFactory, innermost: it acts after all others have.</summary>
internal sealed class MeshHandlerFilter(
    MeshRuntime runtime, IOptionsMonitor<MeshClientSettings> settings, ILogger<MeshHandlerFilter> logger) : IHttpMessageHandlerBuilderFilter
{
    private const string DiscoveryHandler = "Microsoft.Extensions.ServiceDiscovery.Http.ResolvingHttpDelegatingHandler";
    private const string ResilienceHandler = "Microsoft.Extensions.Http.Resilience.ResilienceHandler";

    private readonly ConcurrentDictionary<string, bool> _warnedOfResilience = new();
    private readonly ConcurrentDictionary<string, bool> _warnedOfHops = new();

    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return builder =>
        {
            next(builder);
            var name = builder.Name ?? "";
            if (settings.Get(name).IsExcluded)
            {
                return;
            }

            // Where no host started the rules, the first client does.
            runtime.Start();
            var handlers = builder.AdditionalHandlers;
            for (var i = 0; i < handlers.Count; i++)
            {
                if (handlers[i].GetType().FullName == ResilienceHandler && _warnedOfResilience.TryAdd(name, true))
                {
                    PipelineLog.ResilienceHandlerBeside(logger, name);
                }
            }

            var binding = ClientBinding.For(builder.PrimaryHandler, runtime.Transports, name);
            if (binding.Transport is null
                && HopsBelow.SettingsOf(builder.PrimaryHandler, runtime.Snapshot) is { } settingsToChange
                && _warnedOfHops.TryAdd(name, true))
            {
                HopsBelow.Warn(logger, name, builder.PrimaryHandler, settingsToChange);
            }

            builder.PrimaryHandler = PrimaryShield.Around(builder.PrimaryHandler);
            handlers.Add(new MeshHandler(runtime, binding) { Unmeshed = TakeOutDiscovery(builder) });
        };
    }

    /// <summary>It would put an address in place of the host before any rule could match it. For hosts that the mesh does not know it goes on
    /// working, between the mesh and the primary handler.</summary>
    private static DelegatingHandler? TakeOutDiscovery(HttpMessageHandlerBuilder builder)
    {
        var handlers = builder.AdditionalHandlers;
        for (var i = 0; i < handlers.Count; i++)
        {
            if (handlers[i].GetType().FullName == DiscoveryHandler)
            {
                var handler = handlers[i];
                handlers.RemoveAt(i);
                handler.InnerHandler = builder.PrimaryHandler;
                return handler;
            }
        }

        return null;
    }
}
