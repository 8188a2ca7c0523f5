namespace Mesh.Client.Configuration;

/// <summary>A piece of a <see cref="Re2Sequence"/>: a text of at least one character, or a run.</summary>
internal readonly record struct Re2Part(string? Text, Re2Run? Run);
