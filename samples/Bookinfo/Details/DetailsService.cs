using System.Globalization;
using Bookinfo.Hosting;

namespace Bookinfo.Details;

/// <summary>Knows the facts about a book: pages, publisher, ISBN. Calls nobody.</summary>
internal sealed class DetailsService : IBookinfoService
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
    }

    public void Map(WebApplication app)
    {
        app.UseMesh();
        app.Map("/health", () => Results.Json(new { status = "Details is healthy" }));
        app.Map("/details/{**id}", (string? id) =>
        {
            var last = id?.TrimEnd('/').Split('/')[^1];
            return long.TryParse(last, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? Results.Json(BookDetails.Of(number))
                : Results.Json(new { error = "please provide numeric product id" }, statusCode: StatusCodes.Status400BadRequest);
        });
    }
}
