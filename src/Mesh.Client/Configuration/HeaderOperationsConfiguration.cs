namespace Mesh.Client.Configuration;

/// <summary>What a rule does to the headers of a message. Names as written; compared without regard to case.</summary>
internal sealed record HeaderOperationsConfiguration
{
    public static HeaderOperationsConfiguration None { get; } = new();

    public IReadOnlyList<KeyValuePair<string, HeaderTemplate>> Set { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, HeaderTemplate>> Add { get; init; } = [];

    public IReadOnlyList<string> Remove { get; init; } = [];
}
