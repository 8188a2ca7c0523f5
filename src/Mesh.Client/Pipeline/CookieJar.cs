using System.Net;

namespace Mesh.Client.Pipeline;

/// <summary>The cookies of a client whose primary handler keeps them, filed under the logical host: the connections below know only an
/// endpoint's address, and a cookie belongs to the service.</summary>
internal static class CookieJar
{
    public static void Apply(HttpRequestMessage request, CookieContainer? cookies)
    {
        if (cookies is null || cookies.Count == 0)
        {
            return;
        }

        var header = cookies.GetCookieHeader(request.RequestUri!);
        if (header.Length == 0)
        {
            return;
        }

        if (request.Headers.NonValidated.TryGetValues("Cookie", out var own))
        {
            header = $"{own}; {header}";
            request.Headers.Remove("Cookie");
        }

        request.Headers.TryAddWithoutValidation("Cookie", header);
    }

    public static void Store(HttpRequestMessage request, HttpResponseMessage response, CookieContainer? cookies)
    {
        if (cookies is null || !response.Headers.NonValidated.TryGetValues("Set-Cookie", out var values))
        {
            return;
        }

        foreach (var value in values)
        {
            try
            {
                cookies.SetCookies(request.RequestUri!, value);
            }
            catch (CookieException)
            {
                // A cookie for another domain or without a name: refused, as SocketsHttpHandler refuses it.
            }
        }
    }
}
