namespace Bookinfo.ProductPage;

/// <summary>The same data as JSON, for programs.</summary>
internal static class ProductApi
{
    public static void Map(WebApplication app)
    {
        var products = app.MapGroup("/api/v1/products");
        products.MapGet("", () => Results.Json(new[] { new { id = 0, title = Product.Title, descriptionHtml = Product.DescriptionHtml } }));
        products.MapGet("{id}", async (string id, HttpRequest request, Backends backends, SessionCookie session, CancellationToken aborted)
            => Answer(await backends.GetDetailsAsync(id, session.Read(request), aborted)));
        products.MapGet("{id}/reviews", async (string id, HttpRequest request, Backends backends, SessionCookie session, CancellationToken aborted)
            => Answer(await backends.GetReviewsAsync(id, session.Read(request), aborted)));
        products.MapGet("{id}/ratings", async (string id, HttpRequest request, Backends backends, SessionCookie session, CancellationToken aborted)
            => Answer(await backends.GetRatingsAsync(id, session.Read(request), aborted)));
    }

    private static IResult Answer(BackendAnswer answer) => Results.Json(answer.Body, statusCode: answer.Status);
}
