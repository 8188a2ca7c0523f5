namespace Mesh.Client.Configuration;

/// <summary>A file that a source wants to read. <paramref name="Order"/> ranks before the path.</summary>
internal readonly record struct WatchedFile(string Path, int Order);
