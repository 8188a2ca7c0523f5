using Mesh.Client.Model;
using Mesh.Client.Pipeline;
using Mesh.Client.Routing;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Diagnostics;

/// <summary>A request to look at in place of the caller's: everything that rules see is on it, as it would be when the call is routed.</summary>
internal static class RequestCopy
{
    public static HttpRequestMessage Of(HttpRequestMessage request, in HostMatch host, MeshSnapshot snapshot)
    {
        var uri = request.RequestUri!;
        var copy = new HttpRequestMessage(request.Method, NamedScheme.Applies(uri) ? NamedScheme.Ordinary(uri, host) : uri);
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }

        if (request.Content is { } content)
        {
            copy.Content = new ByteArrayContent([]);
            foreach (var (name, values) in content.Headers.NonValidated)
            {
                copy.Content.Headers.TryAddWithoutValidation(name, values);
            }
        }

        if (request.GetMesh() is { } options)
        {
            copy.SetMesh(options);
        }

        ContextPropagator.BeginCall(copy, host.Host.ReceivesContext, snapshot.Configuration, isTraced: false);
        return copy;
    }
}
