using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bookinfo.Reviews;

/// <summary>Asks ratings for the stars of a product. The base address is the logical name; the mesh finds the endpoint.</summary>
internal sealed partial class RatingsClient(HttpClient client, ILogger<RatingsClient> logger)
{
    private static readonly IReadOnlyDictionary<string, int> None = new Dictionary<string, int>();

    /// <summary>Stars by reviewer; empty where ratings did not answer, since reviews are worth showing without stars.</summary>
    public async Task<IReadOnlyDictionary<string, int>> GetStarsAsync(int productId, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/ratings/{productId}");
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await client.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                LogStatus((int)response.StatusCode);
                return None;
            }

            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            return answer?["ratings"] is JsonObject ratings ? Read(ratings) : None;
        }
        catch (Exception exception) when (
            exception is HttpRequestException or JsonException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogFailure(exception.Message);
            return None;
        }
    }

    private static Dictionary<string, int> Read(JsonObject ratings)
    {
        var stars = new Dictionary<string, int>();
        foreach (var (reviewer, value) in ratings)
        {
            if (value is JsonValue number && number.TryGetValue<int>(out var count))
            {
                stars[reviewer] = count;
            }
        }

        return stars;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "ratings answered {Status}: reviews go out without stars.")]
    private partial void LogStatus(int status);

    [LoggerMessage(Level = LogLevel.Information, Message = "ratings did not answer: {Reason} Reviews go out without stars.")]
    private partial void LogFailure(string reason);
}
