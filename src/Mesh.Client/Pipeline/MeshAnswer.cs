using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Mesh.Client.Model;
using Mesh.Client.Routing;

namespace Mesh.Client.Pipeline;

/// <summary>Answers that the mesh gives itself, with Istio's status and a one-line body that names the rule or limit.</summary>
internal static class MeshAnswer
{
    public static HttpResponseMessage Create(MeshCall call, HttpStatusCode status, MeshResponseFlags flag, string body)
    {
        call.Flags |= flag;
        return Create(call, status, body);
    }

    /// <summary>What a rule answers by itself, by a redirect or directly.</summary>
    public static HttpResponseMessage Of(MeshCall call, RouteRuleModel rule)
    {
        if (rule.DirectResponse is { } direct)
        {
            return Create(call.Request, call.ToResult(), (HttpStatusCode)direct.Status, direct.Body.ToArray());
        }

        var response = Create(call.Request, call.ToResult(), (HttpStatusCode)rule.Redirect!.Status, []);
        response.Headers.TryAddWithoutValidation("Location", RedirectLocation.Of(rule, rule.Redirect, call.Request, call.Host.Port));
        return response;
    }

    /// <summary>gRPC aborts are HTTP 200 with the status in the headers (trailers-only).</summary>
    public static HttpResponseMessage CreateGrpc(MeshCall call, int grpcStatus, MeshResponseFlags flag, string message)
    {
        call.Flags |= flag;
        var response = Create(call, HttpStatusCode.OK, "");
        response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var status = grpcStatus.ToString(CultureInfo.InvariantCulture);
        response.Headers.TryAddWithoutValidation("grpc-status", status);
        response.Headers.TryAddWithoutValidation("grpc-message", message);
        return response;
    }

    /// <summary>An answer to a request that became no call of the mesh.</summary>
    public static HttpResponseMessage Create(HttpRequestMessage request, MeshResult result, HttpStatusCode status, string body)
        => Create(request, result, status, Encoding.UTF8.GetBytes(body));

    private static HttpResponseMessage Create(HttpRequestMessage request, MeshResult result, HttpStatusCode status, byte[] body) => new(status)
    {
        RequestMessage = request,
        Version = request.Version,
        Content = new AnswerContent(result, body),
    };

    private static HttpResponseMessage Create(MeshCall call, HttpStatusCode status, string body)
        => Create(call.Request, call.ToResult(), status, body);

    private sealed class AnswerContent : ByteArrayContent, IMeshResultCarrier
    {
        public AnswerContent(MeshResult result, byte[] body)
            : base(body)
        {
            Result = result;
            Headers.ContentType = new MediaTypeHeaderValue("text/plain", "utf-8");
        }

        public MeshResult Result { get; }
    }
}
