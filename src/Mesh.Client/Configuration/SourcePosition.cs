namespace Mesh.Client.Configuration;

/// <summary>Where a value was written. <paramref name="Line"/> counts from 1; 0 where the source has no lines.</summary>
internal readonly record struct SourcePosition(string? Source, int Line, int Column)
{
    public static SourcePosition None => default;
}
