using System.Net;

namespace Mesh.Client.Pipeline;

/// <summary>The cookies of a client whose primary handler keeps them, filed under the logical host: the connections below know only an
/// endpoint's address, and a cookie belongs to the service.</summary>
internal static class CookieJar
{
    private static readonly HttpRequestOptionsKey<string> OwnKey = new("Mesh.Client.OwnCookie");

    /// <summary>Adds the cookies of the request's host until <see cref="Restore"/>.</summary>
    public static void Apply(MeshCall call, CookieContainer? cookies)
    {
        var request = call.Request;
        if (cookies is null || cookies.Count == 0)
        {
            return;
        }

        var header = cookies.GetCookieHeader(request.RequestUri!);
        if (header.Length == 0)
        {
            return;
        }

        call.HasCookies = true;
        if (request.Headers.NonValidated.TryGetValues("Cookie", out var own))
        {
            request.Options.Set(OwnKey, own.ToString());
            header = $"{own}; {header}";
            request.Headers.Remove("Cookie");
        }

        request.Headers.TryAddWithoutValidation("Cookie", header);
    }

    /// <summary>Takes the cookies away again: after a redirect the same message goes to another host, which must not see them.</summary>
    public static void Restore(MeshCall call)
    {
        if (!call.HasCookies)
        {
            return;
        }

        call.HasCookies = false;
        var request = call.Request;
        request.Headers.Remove("Cookie");
        if (request.Options.TryGetValue(OwnKey, out var own))
        {
            ((IDictionary<string, object?>)request.Options).Remove(OwnKey.Key);
            request.Headers.TryAddWithoutValidation("Cookie", own);
        }
    }

    public static void Store(Uri uri, HttpResponseMessage response, CookieContainer? cookies)
    {
        if (cookies is null || !response.Headers.NonValidated.TryGetValues("Set-Cookie", out var values))
        {
            return;
        }

        foreach (var value in values)
        {
            try
            {
                cookies.SetCookies(uri, value);
            }
            catch (CookieException)
            {
                // A cookie for another domain or without a name: refused, as SocketsHttpHandler refuses it.
            }
        }
    }
}
