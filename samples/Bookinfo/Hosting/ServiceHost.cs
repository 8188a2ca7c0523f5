using Bookinfo.Details;
using Bookinfo.ProductPage;
using Bookinfo.Ratings;
using Bookinfo.Reviews;
using Mesh.Client;

namespace Bookinfo.Hosting;

/// <summary>Builds the web application of one service. What a service does stands in its own folder.</summary>
internal static class ServiceHost
{
    /// <param name="options">Which service, and how.</param>
    /// <param name="log">Takes each log entry.</param>
    /// <param name="configureServices">Registers more, or something else.</param>
    public static WebApplication Build(ServiceOptions options, Action<string> log, Action<IServiceCollection>? configureServices = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(ServiceHost).Assembly.GetName().Name,
            ContentRootPath = options.ContentRoot,
        });
        AddConfiguration(builder, options);
        AddLogging(builder, options, log);
        builder.WebHost.UseUrls(options.Url);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Departure.Limit(options));
        builder.Services.AddHostedService<Departure>();

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);

        // All that a service needs to be in the mesh. The rules are in section "Mesh" of appsettings.json and in the files of --rules,
        // or in the cluster.
        builder.Services.AddMeshClient(mesh =>
        {
            mesh.AddIstioYaml([.. options.Rules]);
            if (options.Kubernetes)
            {
                mesh.AddKubernetes(kubernetes => OwnNamespace.Set(kubernetes, builder.Configuration));
            }
        });

        IBookinfoService service = options.Instance.Service switch
        {
            ServiceCatalog.ProductPage => new ProductPageService(),
            ServiceCatalog.Details => new DetailsService(),
            ServiceCatalog.Reviews => new ReviewsService(),
            ServiceCatalog.Ratings => new RatingsService(),
            var unknown => throw new BookinfoException($"There is no service '{unknown}'."),
        };
        service.AddServices(builder.Services, builder.Configuration);
        configureServices?.Invoke(builder.Services);

        var app = builder.Build();
        service.Map(app);
        return app;
    }

    private static void AddConfiguration(WebApplicationBuilder builder, ServiceOptions options)
    {
        if (options.ServicesFile is not null)
        {
            builder.Configuration.AddJsonFile(options.ServicesFile, optional: false, reloadOnChange: true);
        }

        var instance = options.Instance;
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Mesh:Workload:Name"] = $"{instance.Service}-{instance.Version}",
            ["Mesh:Workload:Labels:app"] = instance.Service,
            ["Mesh:Workload:Labels:version"] = instance.Version,
        });
        // Why a host does not start is told by whoever started it.
        builder.Configuration.AddInMemoryCollection([options.Verbose
            ? new("Logging:LogLevel:Default", nameof(LogLevel.Information))
            : new("Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host", nameof(LogLevel.Critical))]);

        builder.Configuration.AddInMemoryCollection(options.Settings);
    }

    private static void AddLogging(WebApplicationBuilder builder, ServiceOptions options, Action<string> log)
    {
        var news = RuleNews.AreShownAnyway(builder.Configuration) ? null : new RuleNews(options);
        if (news is not null)
        {
            builder.Configuration.AddInMemoryCollection([new($"Logging:LogLevel:{RuleNews.Category}", nameof(LogLevel.Information))]);
        }

        builder.Logging.ClearProviders();
        builder.Logging.Services.AddSingleton<ILoggerProvider>(_ => new EntryLoggerProvider(log, news));
    }
}
