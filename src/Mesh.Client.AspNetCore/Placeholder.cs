namespace Mesh.Client.AspNetCore;

internal static class Placeholder;
