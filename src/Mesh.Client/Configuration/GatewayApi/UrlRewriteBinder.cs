namespace Mesh.Client.Configuration;

/// <summary>The filter <c>URLRewrite</c>.</summary>
internal static class UrlRewriteBinder
{
    public static RewriteConfiguration Bind(FieldReader fields)
    {
        var host = RequestRedirectBinder.Hostname(fields);
        var path = PathModifier.Bind(fields.Object("path"));
        fields.Finish();
        return new() { Node = fields.Node, Authority = host, Uri = path.Prefix, WholePath = path.Full };
    }
}
