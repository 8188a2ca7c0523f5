namespace Mesh.Client.Configuration;

/// <summary>What one provider says about one value. <paramref name="Flat"/>: its provider knows only text by key, so that a mapping with
/// numbers for names may be an array.</summary>
internal readonly record struct LayerPiece(ConfigurationNode Node, bool Flat);
