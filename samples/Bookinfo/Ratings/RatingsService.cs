using System.Text.Json;
using Bookinfo.Hosting;

namespace Bookinfo.Ratings;

/// <summary>Keeps the stars that reviewers gave, in memory. Calls nobody; its variants misbehave on purpose.</summary>
internal sealed class RatingsService : IBookinfoService
{
    private const long LargestBody = 64 * 1024;

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<RatingsStore>();
        services.AddSingleton(provider => new RatingsBehaviour(
            provider.GetRequiredService<ServiceOptions>().Instance.Version, provider.GetRequiredService<TimeProvider>()));
    }

    public void Map(WebApplication app)
    {
        // The variants that change with time count from the start, not from the first call.
        app.Services.GetRequiredService<RatingsBehaviour>();
        app.UseMesh();
        app.MapGet("/health", (RatingsBehaviour behaviour) => behaviour.IsHealthy
            ? Results.Json(new { status = "Ratings is healthy" })
            : Results.Json(new { status = "Ratings is not healthy" }, statusCode: StatusCodes.Status500InternalServerError));
        app.MapGet("/ratings/{id}", GetAsync);
        app.MapPost("/ratings/{id}", PostAsync).WithMetadata(new RequestSizeLimitMetadata(LargestBody));
    }

    private static async Task<IResult> GetAsync(string id, RatingsStore store, RatingsBehaviour behaviour, CancellationToken aborted)
    {
        if (ProductId.Parse(id) is not { } number)
        {
            return Error(StatusCodes.Status400BadRequest, ProductId.Missing);
        }

        return await behaviour.NextIsAvailableAsync(aborted)
            ? Rated(number, store.Get(number))
            : Error(StatusCodes.Status503ServiceUnavailable, "Service unavailable");
    }

    private static async Task<IResult> PostAsync(string id, HttpRequest request, RatingsStore store, CancellationToken aborted)
    {
        if (ProductId.Parse(id) is not { } number)
        {
            return Error(StatusCodes.Status400BadRequest, ProductId.Missing);
        }

        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: aborted);
            if (body.RootElement.ValueKind == JsonValueKind.Object)
            {
                var ratings = body.RootElement.Clone();
                store.Set(number, ratings);
                return Rated(number, ratings);
            }
        }
        catch (JsonException)
        {
            // Answered below, as any other body that is not an object of ratings.
        }
        catch (BadHttpRequestException exception)
        {
            return Error(exception.StatusCode, exception.Message);
        }

        return Error(StatusCodes.Status400BadRequest, "please provide valid ratings JSON");
    }

    private static IResult Rated(long id, JsonElement ratings) => Results.Json(new { id, ratings });

    private static IResult Error(int status, string text) => Results.Json(new { error = text }, statusCode: status);
}
