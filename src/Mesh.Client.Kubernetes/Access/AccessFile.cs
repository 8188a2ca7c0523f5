using System.Net.Http.Headers;

namespace Mesh.Client.Kubernetes.Access;

/// <summary>Files of certificates and tokens, whose absence is told with their place.</summary>
internal static class AccessFile
{
    /// <summary>How long a token of a file is taken to be the newest. A kubelet writes a new one when a fifth of the old one's time, at least two
    /// minutes, is left.</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(1);

    /// <param name="path">The file.</param>
    /// <param name="what">What it holds, for the message.</param>
    public static string Read(string path, string what)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new KubernetesAccessException($"{path}, which should hold {what}, cannot be read: {exception.Message}", exception);
        }
    }

    public static AuthenticationHeaderValue ReadToken(string path, string what) => Bearer(Read(path, what), path);

    /// <param name="token">The token; white space around it is no part of it.</param>
    /// <param name="place">Where it comes from, for the message.</param>
    public static AuthenticationHeaderValue Bearer(string token, string place)
    {
        token = token.Trim();
        return token.Length > 0 && !token.AsSpan().ContainsAnyInRange('\0', ' ') && !token.AsSpan().ContainsAnyExceptInRange('\0', '~')
            ? new AuthenticationHeaderValue("Bearer", token)
            : throw new KubernetesAccessException($"{place} should hold a token, and holds {(token.Length == 0 ? "nothing" : "characters that no token has")}.");
    }
}
