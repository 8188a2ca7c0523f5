using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Bookinfo.ProductPage;

/// <summary>An answer made of a Razor component, which encodes whatever is put into it.</summary>
internal sealed class HtmlPage(string html) : IResult
{
    public static async Task<IResult> RenderAsync<TPage>(HtmlRenderer renderer, Dictionary<string, object?> parameters)
        where TPage : IComponent
    {
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(parameters))).ToHtmlString());
        return new HtmlPage(html);
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        return Results.Text(html, "text/html; charset=utf-8").ExecuteAsync(httpContext);
    }
}
