namespace Mesh.Client.Model;

/// <summary>A condition on one header; the name is in lower case.</summary>
internal sealed record HeaderMatchModel(string Name, StringMatchModel Value)
{
    /// <summary>The name stands for a part of the request (<c>:path</c>, ...) or its authority, not for a header of the message.</summary>
    public bool IsPseudo { get; } = Name.StartsWith(':') || string.Equals(Name, "host", StringComparison.OrdinalIgnoreCase);
}
