namespace Mesh.Client.Diagnostics;

/// <summary>What the mesh would do with a request, and why. Immutable and safe for use by several threads: it tells of the moment at which
/// it was made. <see cref="ToString"/> gives it as text.</summary>
public sealed class MeshExplanation
{
    internal MeshExplanation()
    {
    }

    /// <summary>The request's method, such as <c>GET</c>.</summary>
    public string Method { get; internal init; } = "";

    /// <summary>The request's address as the caller wrote it; null where it has none.</summary>
    public Uri? RequestUri { get; internal init; }

    /// <summary>The number of the rules that were asked, as <see cref="IMesh.RulesVersion"/> counts them.</summary>
    public long RulesVersion { get; internal init; }

    /// <summary>Why the request would not go through the mesh: an unknown host, an undeclared port, a scheme that is not HTTP's. Null where it
    /// would; all that follows is empty otherwise, except for <see cref="Answer"/>.</summary>
    public string? PassedBy { get; internal init; }

    /// <summary>The logical host, fully qualified where the mesh knows the service. Also set where only the port is unknown.</summary>
    public string? Host { get; internal init; }

    /// <summary>The port of the service that is called, after the rules for default ports; 0 where none was found.</summary>
    public int Port { get; internal init; }

    /// <summary>The fully qualified name of the service behind the host; null where only rules name the host.</summary>
    public string? Service { get; internal init; }

    /// <summary>The VirtualService that rules the host at the port, such as <c>VirtualService default/reviews</c>, or the routes of the Gateway API
    /// that do, such as <c>HTTPRoute default/reviews</c>; null where there is none and the service is called as a whole.</summary>
    public string? VirtualService { get; internal init; }

    /// <summary>Where <see cref="VirtualService"/> was written: file or document, with the line in parentheses; null where that is not
    /// known.</summary>
    public string? Place { get; internal init; }

    /// <summary>The rules of <see cref="VirtualService"/> in the order in which they are asked, up to the last. Of routes each match is one, since
    /// others may stand between them.</summary>
    public IReadOnlyList<MeshRuleExplanation> Rules { get; internal init; } = [];

    /// <summary>The rule that takes the request, as <see cref="MeshResult.Rule"/> names it; null where none does.</summary>
    public string? Rule { get; internal init; }

    /// <summary>What holds for the call wherever it goes: fault, timeout and retries, of the rule or by default, and what the caller asked
    /// for in their place.</summary>
    public IReadOnlyList<MeshSetting> Settings { get; internal init; } = [];

    /// <summary>Where the call can go, each with its share; nothing is drawn. Empty where the mesh answers by itself.</summary>
    public IReadOnlyList<MeshDestinationExplanation> Destinations { get; internal init; } = [];

    /// <summary>The mesh's own answer where every such call gets it; null where the call goes out, or where that hangs on the draw: then see
    /// the answers of <see cref="Destinations"/>.</summary>
    public MeshAnswerExplanation? Answer { get; internal init; }

    /// <summary>What else a reader should know, in sentences: VirtualServices and routes that name the host and are not used, and why.</summary>
    public IReadOnlyList<string> Notes { get; internal init; } = [];

    /// <summary>Several lines for people: what was asked, each rule and the first condition of it that failed, where the call goes, who is
    /// there to answer. The same explanation always gives the same text; its wording may change between versions.</summary>
    public override string ToString() => ExplanationText.Write(this);
}
