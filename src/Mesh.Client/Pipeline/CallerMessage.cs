namespace Mesh.Client.Pipeline;

/// <summary>The caller's request, when it is given back what it had.</summary>
internal static class CallerMessage
{
    /// <summary>A caller may dispose of it while the call is under way: a <c>using</c> around a call that is returned and not awaited. It costs
    /// nothing with a plain HttpClient, which does not write to the message, and there is nobody left who would look at it.</summary>
    public static void Restore<T>(HttpRequestMessage request, T value, Action<HttpRequestMessage, T> set)
    {
        try
        {
            set(request, value);
        }
        catch (ObjectDisposedException)
        {
            // It stays as it is.
        }
    }

    public static void RestoreUri(HttpRequestMessage request, Uri uri) => Restore(request, uri, static (request, uri) => request.RequestUri = uri);

    public static void RestoreContent(HttpRequestMessage request, HttpContent content)
        => Restore(request, content, static (request, content) => request.Content = content);
}
