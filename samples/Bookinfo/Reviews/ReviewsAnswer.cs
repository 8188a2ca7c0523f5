using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bookinfo.Reviews;

/// <summary>The body of an answer. The id is a text here, and a number in the other services.</summary>
internal sealed record ReviewsAnswer(string Id, string Podname, string Clustername, IReadOnlyList<Review> Reviews)
{
    /// <summary>What is null is left out: v1 has no key <c>rating</c> at all.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
