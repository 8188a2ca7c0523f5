using System.Net;
using Mesh.Client.Routing;

namespace Mesh.Client.Pipeline;

/// <summary>
/// What a redirect asks for, by the rules of SocketsHttpHandler. It is followed where the client's primary handler would have, but above the
/// mesh, so that each hop is routed anew: a Location means a host, not the endpoint that sent it.
/// </summary>
internal static class Redirect
{
    /// <summary>Null where the answer is no redirect, or one that is not followed.</summary>
    public static Uri? TargetOf(HttpRequestMessage request, HttpResponseMessage response)
        => (int)response.StatusCode is >= 300 and < 400 ? Target(request.RequestUri!, response) : null;

    private static Uri? Target(Uri from, HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.MultipleChoices or HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
            || response.Headers.Location is not { } location)
        {
            return null;
        }

        // What leads nowhere ("//") is the caller's to read.
        var target = location;
        if (!location.IsAbsoluteUri && !Uri.TryCreate(from, location, out target))
        {
            return null;
        }

        if (target.Scheme is not ("http" or "https") || (from.Scheme == Uri.UriSchemeHttps && target.Scheme == Uri.UriSchemeHttp))
        {
            return null;
        }

        // RFC 9110 10.2.2: a Location without a fragment inherits the one of the request.
        return from.Fragment.Length > 0 && target.Fragment.Length == 0 ? new UriBuilder(target) { Fragment = from.Fragment }.Uri : target;
    }

    /// <summary>The target is the host that was called, or the same service by another of its names.</summary>
    public static bool StaysAtHost(MeshCall call, Uri target)
        => string.Equals(call.Request.RequestUri!.IdnHost, target.IdnHost, StringComparison.OrdinalIgnoreCase)
            || (call.Host.Host.Service is not null
                && HostTable.TryFind(call.Snapshot, target, out var match)
                && ReferenceEquals(match.Host, call.Host.Host));

    /// <summary>A subset was asked for at one service and means nothing, or something else, at another. What concerns the call itself stays.</summary>
    public static void DropSubset(HttpRequestMessage request)
    {
        if (request.GetMesh() is { Subset: not null } asked)
        {
            request.SetMesh(new MeshCallOptions { HashKey = asked.HashKey, Timeout = asked.Timeout, DisableRetries = asked.DisableRetries });
        }
    }

    public static void Apply(HttpRequestMessage request, HttpStatusCode status, Uri target)
    {
        request.RequestUri = target;
        request.Headers.Authorization = null;
        var becomesGet = status is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.MultipleChoices
            ? request.Method == HttpMethod.Post
            : status == HttpStatusCode.SeeOther && request.Method != HttpMethod.Get && request.Method != HttpMethod.Head;
        if (becomesGet)
        {
            request.Method = HttpMethod.Get;
            request.Content = null;
            request.Headers.TransferEncodingChunked = false;
        }
    }
}
