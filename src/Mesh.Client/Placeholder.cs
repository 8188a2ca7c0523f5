namespace Mesh.Client;

internal static class Placeholder;
