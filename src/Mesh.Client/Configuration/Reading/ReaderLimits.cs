namespace Mesh.Client.Configuration;

/// <summary>What one document may cost. Rules of real meshes stay far below; a text above them is a mistake or an attack.</summary>
internal static class ReaderLimits
{
    /// <summary>In characters.</summary>
    public const int Size = 16 * 1024 * 1024;

    /// <summary>Istio's deepest field is below 20.</summary>
    public const int Depth = 64;

    /// <summary>About 150 bytes each, so 150 MB at most.</summary>
    public const int Values = 1_000_000;

    /// <summary>Values that may come out of YAML aliases, counted as often as they are used.</summary>
    public const int AliasedValues = 100_000;

    public static MeshFinding Finding(string code, string source, string path, int line, string message, string? fix = null)
        => SourceFindings.Refusal(code, path, message, source, fix) with { Line = line };
}
