namespace Mesh.Client.Model;

/// <summary>All that is set must hold.</summary>
internal sealed class MatchModel
{
    public StringMatchModel? Uri { get; init; }

    public StringMatchModel? Method { get; init; }

    public StringMatchModel? Scheme { get; init; }

    public StringMatchModel? Authority { get; init; }

    public HeaderMatchModel[] Headers { get; init; } = [];

    /// <summary>None of these may hold.</summary>
    public HeaderMatchModel[] WithoutHeaders { get; init; } = [];

    public QueryMatchModel[] QueryParams { get; init; } = [];

    /// <summary>The service port the caller addressed; null is any.</summary>
    public int? Port { get; init; }
}
