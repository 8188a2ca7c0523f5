namespace Mesh.Client.TestKit;

internal static class Placeholder;
