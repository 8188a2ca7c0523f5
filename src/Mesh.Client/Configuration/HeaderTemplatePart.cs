namespace Mesh.Client.Configuration;

/// <summary>A piece of a header value: fixed text, or a header of the message at hand.</summary>
/// <param name="Source">Where it comes from.</param>
/// <param name="Text">The text, or the name of the header in lower case.</param>
/// <param name="Alternative">The header to take where the first is not there; null for none.</param>
/// <param name="Length">At most so many characters of the value.</param>
internal sealed record HeaderTemplatePart(HeaderTemplateSource Source, string Text, string? Alternative = null, int Length = int.MaxValue);
