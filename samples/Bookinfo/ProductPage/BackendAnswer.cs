using System.Text.Json.Nodes;

namespace Bookinfo.ProductPage;

/// <summary>What a back end said: its body where the status is 200, else an object whose <c>error</c> can be shown to people.</summary>
public sealed record BackendAnswer(int Status, JsonNode Body)
{
    public bool IsOk => Status == StatusCodes.Status200OK;

    public string? Error => Text("error");

    /// <summary>The field as text, whatever its type; null where it is missing.</summary>
    public string? Text(string field) => (Body as JsonObject)?[field]?.ToString();
}
