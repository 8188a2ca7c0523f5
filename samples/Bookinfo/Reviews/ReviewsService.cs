using Bookinfo.Hosting;

namespace Bookinfo.Reviews;

/// <summary>Knows what readers say. v2 and v3 ask ratings for the stars and show them in black or red.</summary>
internal sealed class ReviewsService : IBookinfoService
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(provider => ReviewsSettings.Of(provider.GetRequiredService<ServiceOptions>(), configuration));
        services.AddHttpClient<RatingsClient>((provider, client) =>
        {
            client.BaseAddress = BackendAddress.Of(ServiceCatalog.Ratings, configuration);
            client.Timeout = provider.GetRequiredService<ReviewsSettings>().RatingsTimeout;
        });
    }

    public void Map(WebApplication app)
    {
        app.UseMesh();
        app.MapGet("/health", () => Results.Json(new { status = "Reviews is healthy" }));
        app.MapGet("/reviews/{productId:int}", GetAsync);
    }

    private static async Task<IResult> GetAsync(int productId, ReviewsSettings settings, RatingsClient ratings, CancellationToken aborted)
    {
        var stars = settings.EnableRatings ? await ratings.GetStarsAsync(productId, aborted) : null;
        Review[] reviews =
        [
            new("Reviewer1", "Two pairs of twins, one long day of mistaken doors, dinners and debts: the quickest comedy on the shelf, and the kindest.",
                Rate("Reviewer1")),
            new("Reviewer2", "It reads in an evening and stays for a week. The servants get the best lines, as they should.",
                Rate("Reviewer2")),
        ];
        return Results.Json(new ReviewsAnswer($"{productId}", settings.PodName, settings.ClusterName, reviews), ReviewsAnswer.Json);

        Rating? Rate(string reviewer) => stars switch
        {
            null => null,
            _ when stars.TryGetValue(reviewer, out var count) => new Rating(count, settings.StarColor, null),
            _ => Rating.Unavailable,
        };
    }
}
