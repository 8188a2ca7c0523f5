using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Bookinfo.Hosting;
using Bookinfo.ProductPage;

namespace Bookinfo.Launching;

/// <summary>A running Bookinfo. Disposing it ends every service.</summary>
internal sealed class BookinfoLauncher : IAsyncDisposable
{
    private readonly ServicesFile? _servicesFile;
    private readonly Channel<ServiceDeath> _deaths = Channel.CreateUnbounded<ServiceDeath>();
    private int _disposed;

    private BookinfoLauncher(BookinfoOptions options)
    {
        Options = options;
        var specs = PortPlan.Make(options);
        var isMoved = options.Instances is not null || options.BasePort != ServiceCatalog.DefaultBasePort;
        _servicesFile = isMoved ? ServicesFile.Write(specs) : null;
        var settings = new Dictionary<string, string?>(options.Settings) { [SessionCookie.KeySetting] = SessionCookie.NewKey() };
        Services = [.. specs.Select(spec => Create(spec, settings))];
    }

    public BookinfoOptions Options { get; }

    /// <summary>All instances, in the order of their ports.</summary>
    public IReadOnlyList<ServiceInstance> Services { get; }

    /// <summary>The generated file with the endpoints; null where those of appsettings.json hold.</summary>
    public string? ServicesFilePath => _servicesFile?.Path;

    public Uri PageAddress => new(Find(ServiceCatalog.ProductPage).Address, "/productpage");

    /// <summary>Services that ended although nobody told them to, as it happens.</summary>
    public IAsyncEnumerable<ServiceDeath> Deaths => _deaths.Reader.ReadAllAsync();

    /// <summary>Starts everything and returns when every service says that it is healthy. Where one fails, none is left running.</summary>
    /// <exception cref="BookinfoException">A port is taken, or a service does not start.</exception>
    public static async Task<BookinfoLauncher> StartAsync(BookinfoOptions options, CancellationToken cancellationToken = default)
    {
        var launcher = new BookinfoLauncher(options);
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(options.StartTimeout);
            await launcher.StartAllAsync(timeout);
            return launcher;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            await launcher.DisposeAsync();
            throw new BookinfoException($"Not all services were ready within {options.StartTimeout.TotalSeconds:0} s.", exception);
        }
        catch
        {
            await launcher.DisposeAsync();
            throw;
        }
    }

    /// <summary>The first instance of that service and version (any version where none is named).</summary>
    public ServiceInstance Find(string service, string? version = null)
        => Services.First(s => s.Spec.Service == service && (version is null || s.Spec.Version == version));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await Task.WhenAll(Services.Select(service => service.StopAsync()));
        _deaths.Writer.TryComplete();
        _servicesFile?.Delete();
    }

    /// <summary>The first failure ends the wait for the others.</summary>
    private async Task StartAllAsync(CancellationTokenSource ending)
    {
        var failure = default(Exception);
        await Task.WhenAll(Services.Select(async service =>
        {
            try
            {
                await service.StartAsync(ending.Token);
            }
            catch (Exception exception) when (Interlocked.CompareExchange(ref failure, exception, null) is null)
            {
                await ending.CancelAsync();
            }
            catch (OperationCanceledException)
            {
                // Not its fault: the first failure is the one to tell.
            }
        }));
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private ServiceInstance Create(InstanceSpec spec, Dictionary<string, string?> settings)
    {
        var service = new ServiceOptions
        {
            Instance = spec,
            PodName = spec.PodName,
            ContentRoot = Options.ContentRoot,
            ServicesFile = _servicesFile?.Path,
            Rules = Options.Rules,
            Verbose = Options.Verbose,
            Settings = settings,
        };
        ServiceInstance instance = Options.InProcess
            ? new InProcessInstance(service, Options.Output)
            : new ProcessInstance(service, Options.Output);
        instance.Died = death => _deaths.Writer.TryWrite(death);
        return instance;
    }
}
