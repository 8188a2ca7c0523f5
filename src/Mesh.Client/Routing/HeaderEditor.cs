using System.Collections.Frozen;
using System.Globalization;
using System.Net.Http.Headers;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Routing;

/// <summary>Does what rules say about headers.</summary>
internal static class HeaderEditor
{
    /// <summary>They belong to the body, and .NET keeps them with it.</summary>
    private static readonly FrozenSet<string> OfContent = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Allow", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Location", "Content-MD5", "Content-Range", "Content-Type",
        "Expires", "Last-Modified");

    /// <param name="operations">What to do, in this order.</param>
    /// <param name="request">The request, for values that are taken from it.</param>
    /// <param name="response">The response that is edited; null where the request is.</param>
    /// <param name="saved">Takes what each changed header was before; null where nobody will ask.</param>
    public static void Apply(HeaderOperation[] operations, HttpRequestMessage request, HttpResponseMessage? response, List<SavedHeader>? saved)
    {
        HttpHeaders headers = response is null ? request.Headers : response.Headers;
        HttpHeaders? content = response is null ? request.Content?.Headers : response.Content.Headers;
        foreach (var operation in operations)
        {
            if ((OfContent.Contains(operation.Name) ? content : headers) is { } target)
            {
                Apply(operation, target, request, response, saved);
            }
        }
    }

    private static void Apply(HeaderOperation operation, HttpHeaders headers, HttpRequestMessage request, HttpResponseMessage? response, List<SavedHeader>? saved)
    {
        var value = operation.Value is { } template ? Evaluate(template, request, response) : null;
        if (value is "")
        {
            // As in Envoy: what comes to nothing changes nothing.
            return;
        }

        saved?.Add(SavedHeader.Of(headers, operation.Name));
        if (operation.Kind != HeaderOperationKind.Add)
        {
            headers.Remove(operation.Name);
        }

        if (value is not null)
        {
            headers.TryAddWithoutValidation(operation.Name, value);
        }
    }

    private static string Evaluate(HeaderTemplate template, HttpRequestMessage request, HttpResponseMessage? response)
        => template.Text ?? string.Concat(template.Parts.Select(part => Evaluate(part, request, response)));

    private static string Evaluate(HeaderTemplatePart part, HttpRequestMessage request, HttpResponseMessage? response)
    {
        if (part.Source == HeaderTemplateSource.Text)
        {
            return part.Text;
        }

        var value = Find(part.Source, part.Text, request, response) ?? (part.Alternative is { } other ? Find(part.Source, other, request, response) : null) ?? "";
        return value.Length > part.Length ? value[..part.Length] : value;
    }

    private static string? Find(HeaderTemplateSource source, string name, HttpRequestMessage request, HttpResponseMessage? response)
    {
        if (source == HeaderTemplateSource.Response)
        {
            return name == ":status"
                ? ((int)response!.StatusCode).ToString(CultureInfo.InvariantCulture)
                : Join(response!.Headers, name) ?? Join(response.Content.Headers, name);
        }

        var uri = request.RequestUri!;
        return name switch
        {
            ":path" => uri.PathAndQuery,
            ":method" => request.Method.Method,
            ":scheme" => uri.Scheme,
            ":authority" or "host" => new RequestView(request, 0).Authority(stackalloc char[RequestView.AuthorityLength]).ToString(),
            _ => Join(request.Headers, name) ?? (request.Content is { } content ? Join(content.Headers, name) : null),
        };
    }

    private static string? Join(HttpHeaders headers, string name)
        => headers.NonValidated.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}
