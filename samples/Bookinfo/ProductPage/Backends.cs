using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bookinfo.ProductPage;

/// <summary>Calls to the other services by their logical names.</summary>
internal sealed partial class Backends(IHttpClientFactory clients, RequestResults results, ILogger<Backends> logger)
{
    public const string EndUserHeader = "end-user";

    // The second try was written into the page long before there was a mesh. Both wait their full three seconds: retries that nobody
    // sees from outside are what the rule file with the delay for jason brings to light.
    private const int ReviewsTries = 2;

    public Task<BackendAnswer> GetDetailsAsync(string productId, string? user, CancellationToken aborted)
        => GetAsync(ServiceCatalog.Details, productId, "product details", 1, user, aborted);

    public Task<BackendAnswer> GetReviewsAsync(string productId, string? user, CancellationToken aborted)
        => GetAsync(ServiceCatalog.Reviews, productId, "product reviews", ReviewsTries, user, aborted);

    public Task<BackendAnswer> GetRatingsAsync(string productId, string? user, CancellationToken aborted)
        => GetAsync(ServiceCatalog.Ratings, productId, "product ratings", 1, user, aborted);

    /// <summary>Calls reviews and throws the answers away.</summary>
    public Task FloodReviewsAsync(int calls, string productId, string? user, CancellationToken aborted)
        => Task.WhenAll(Enumerable.Range(0, calls).Select(_ => TryAsync(ServiceCatalog.Reviews, productId, user, aborted)));

    private async Task<BackendAnswer> GetAsync(string service, string productId, string what, int tries, string? user, CancellationToken aborted)
    {
        var (status, body) = (0, default(JsonNode));
        for (var attempt = 0; attempt < tries && body is null; attempt++)
        {
            (status, body) = await TryAsync(service, productId, user, aborted);
        }

        results.Count(service, status);
        return new BackendAnswer(status, body ?? new JsonObject { ["error"] = $"Sorry, {what} are currently unavailable for this book." });
    }

    /// <summary>One call; a body only where the answer was 200, and status 500 where there was none at all.</summary>
    private async Task<(int Status, JsonNode? Body)> TryAsync(string service, string productId, string? user, CancellationToken aborted)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/{service}/{Uri.EscapeDataString(productId)}");
            if (user is not null)
            {
                request.Headers.TryAddWithoutValidation(EndUserHeader, HeaderText.Encode(user));
            }

            using var response = await clients.CreateClient(service).SendAsync(request, aborted);
            var body = response.StatusCode == HttpStatusCode.OK ? JsonNode.Parse(await response.Content.ReadAsStringAsync(aborted)) : null;
            return response.StatusCode == HttpStatusCode.OK && body is null
                ? (StatusCodes.Status500InternalServerError, null)
                : ((int)response.StatusCode, body);
        }
        catch (Exception exception) when (
            exception is HttpRequestException or JsonException || (exception is OperationCanceledException && !aborted.IsCancellationRequested))
        {
            LogFailure(service, exception.Message);
            return (StatusCodes.Status500InternalServerError, null);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Service} did not answer: {Reason}")]
    private partial void LogFailure(string service, string reason);
}
