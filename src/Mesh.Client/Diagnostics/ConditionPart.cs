using Mesh.Client.Configuration;
using Mesh.Client.Routing;

namespace Mesh.Client.Diagnostics;

/// <summary>What there is in place of what a condition asks for, as the end of a sentence.</summary>
internal delegate string ReadFound(ref RequestView request);

/// <summary>One condition of a match by itself.</summary>
/// <param name="Field">The field, such as <c>headers[end-user]</c>.</param>
/// <param name="Asked">What it asks.</param>
/// <param name="Alone">A match with no other condition: the code that routes calls decides about it.</param>
/// <param name="Found">What is there instead.</param>
internal sealed record ConditionPart(string Field, string Asked, HttpMatchConfiguration Alone, ReadFound Found);
