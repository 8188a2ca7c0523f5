namespace Mesh.Client.Configuration;

/// <summary>What one look at a file gave: bytes, absence, or a failure.</summary>
internal sealed record FileReading(byte[]? Bytes, string? Failure)
{
    public static FileReading Missing { get; } = new(null, null);

    public bool IsMissing => Bytes is null && Failure is null;

    /// <summary>A file that was just truncated looks like this until it is written again.</summary>
    public bool IsMissingOrEmpty => IsMissing || Bytes is { Length: 0 };
}
