using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>What a rule changes on the messages of a call that goes to one of its destinations.</summary>
internal sealed class EditsModel
{
    public HeaderOperation[] Request { get; init; } = [];

    public HeaderOperation[] Response { get; init; } = [];

    /// <summary>Takes the place of the part of the path that the match compared; null keeps the path.</summary>
    public string? Path { get; init; }

    /// <summary><see cref="Path"/> takes the place of the whole path, whatever the match compared.</summary>
    public bool ReplacesWholePath { get; init; }

    /// <summary>Takes the place of what matches in the path; null keeps the path.</summary>
    public Re2Substitution? Substitution { get; init; }

    /// <summary>What the server gets as <c>Host</c>; null keeps it.</summary>
    public string? Authority { get; init; }

    public bool ChangesRequest => Request.Length > 0 || Path is not null || Substitution is not null || Authority is not null;
}
