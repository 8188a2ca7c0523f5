using System.Globalization;
using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Routing;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Pipeline;

/// <summary>The hash by which calls of a cluster with consistent hashing are kept together.</summary>
internal static class CallHash
{
    /// <summary>After the edits of the rule, as in a sidecar. Where the rule asks for a cookie that is nowhere, one is made.</summary>
    public static void Begin(MeshCall call)
    {
        if (call.Policy.ConsistentHash is not { } hashing)
        {
            return;
        }

        call.Hash = Of(hashing, call.Request, call.Request.GetMesh());
        if (call.Hash is null && hashing is { Key: HashKeyKind.Cookie, CookieTtl: not null })
        {
            var value = call.Runtime.Random.NextUInt64().ToString("x16", CultureInfo.InvariantCulture);
            call.Hash = HashValue.Of(value);
            call.HashCookie = $"{hashing.Name}=\"{value}\"{hashing.CookieAttributes}";
        }
    }

    /// <summary>A cookie that was made is handed back to whoever keeps the client's cookies.</summary>
    public static void End(MeshCall call, HttpResponseMessage response)
    {
        if (call.HashCookie is { } cookie)
        {
            response.Headers.TryAddWithoutValidation("Set-Cookie", cookie);
        }
    }

    /// <summary>Null where the request has nothing to go by.</summary>
    /// <param name="hashing">The policy.</param>
    /// <param name="request">The request as it is sent.</param>
    /// <param name="options">What the caller asks for, whose key goes first.</param>
    public static ulong? Of(ConsistentHashConfiguration hashing, HttpRequestMessage request, MeshCallOptions? options) => options?.HashKey is { } key
        ? HashValue.Of(key)
        : hashing.Key switch
        {
            HashKeyKind.Header => OfHeader(request, hashing.Name),
            HashKeyKind.Cookie => OfCookie(request, hashing.Name),
            HashKeyKind.QueryParameter => new RequestView(request, 0).TryGetQuery(hashing.Name, out var value) ? HashValue.Of(value) : null,
            HashKeyKind.SourceIp => IncomingContext.Current?.RemoteAddress is { } address ? HashValue.Of(address) : null,
            _ => null,
        };

    private static ulong? OfHeader(HttpRequestMessage request, string name)
    {
        if (name[0] == ':')
        {
            return OfPart(request, name);
        }

        if (!HeaderLookup.TryFind(request, name, out var values))
        {
            return null;
        }

        return values.Count == 1 ? HashValue.Of(values.ToString()) : HashValue.Of([.. values]);
    }

    private static ulong OfPart(HttpRequestMessage request, string name)
    {
        var view = new RequestView(request, 0);
        return HashValue.Of(name switch
        {
            ":path" => view.PathAndQuery,
            ":method" => view.Method,
            ":scheme" => view.Scheme,
            _ => view.Authority(stackalloc char[RequestView.AuthorityLength]),
        });
    }

    /// <summary>Of the request itself; else of the one during which it is made, whose sender is whom the cookie is about.</summary>
    private static ulong? OfCookie(HttpRequestMessage request, string name)
    {
        if (request.Headers.NonValidated.TryGetValues("Cookie", out var own))
        {
            foreach (var header in own)
            {
                if (CookieHeader.Find(header, name) is { IsEmpty: false } value)
                {
                    return HashValue.Of(value);
                }
            }
        }

        foreach (var header in IncomingContext.Current?.Cookies ?? default)
        {
            if (CookieHeader.Find(header, name) is { IsEmpty: false } value)
            {
                return HashValue.Of(value);
            }
        }

        return null;
    }
}
