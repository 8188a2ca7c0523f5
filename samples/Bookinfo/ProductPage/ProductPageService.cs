using Bookinfo.Hosting;
using Bookinfo.ProductPage.Pages;
using Microsoft.AspNetCore.Components.Web;

namespace Bookinfo.ProductPage;

/// <summary>The page that people see. Asks details, then reviews; the browser asks nobody else.</summary>
internal sealed class ProductPageService : IBookinfoService
{
    private static readonly TimeSpan BackendTimeout = TimeSpan.FromSeconds(3);

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        foreach (var backend in new[] { ServiceCatalog.Details, ServiceCatalog.Reviews, ServiceCatalog.Ratings })
        {
            services.AddHttpClient(backend, client =>
            {
                client.BaseAddress = BackendAddress.Of(backend, configuration);
                client.Timeout = BackendTimeout;
            });
        }

        services.AddSingleton<Backends>();
        services.AddSingleton<RequestResults>();
        services.AddSingleton(new SessionCookie(configuration[SessionCookie.KeySetting]));
        services.AddSingleton(new FloodFactor(configuration.GetValue("FLOOD_FACTOR", 0)));
        services.AddScoped<HtmlRenderer>();
    }

    public void Map(WebApplication app)
    {
        // Only the session says who the user is. The header goes before the mesh could hand it on.
        app.Use((context, next) =>
        {
            context.Request.Headers.Remove(Backends.EndUserHeader);
            return next(context);
        });
        app.UseMesh();

        app.MapGet("/", LandingAsync);
        app.MapGet("/index.html", LandingAsync);
        app.MapGet("/productpage", ProductAsync);
        app.MapGet("/health", () => Results.Text("Product page is healthy", "text/html"));
        app.MapGet("/metrics", (RequestResults results) => Results.Text(results.ToPrometheusText(), RequestResults.ContentType));
        app.MapGet("/static/{name}", (string name, HttpContext context) => StaticAssets.Get(name, context));
        SignInEndpoints.Map(app);
        ProductApi.Map(app);
    }

    private static Task<IResult> LandingAsync(HtmlRenderer renderer) => HtmlPage.RenderAsync<LandingPage>(renderer, []);

    private static async Task<IResult> ProductAsync(
        HttpContext context, Backends backends, FloodFactor flood, SessionCookie session, HtmlRenderer renderer, CancellationToken aborted)
    {
        var user = session.Read(context.Request);
        var details = await backends.GetDetailsAsync(Product.Id, user, aborted);
        await backends.FloodReviewsAsync(flood.Calls, Product.Id, user, aborted);
        var reviews = await backends.GetReviewsAsync(Product.Id, user, aborted);
        return await HtmlPage.RenderAsync<BookPage>(renderer, new()
        {
            [nameof(BookPage.User)] = user,
            [nameof(BookPage.Details)] = details,
            [nameof(BookPage.Reviews)] = reviews,
        });
    }
}
