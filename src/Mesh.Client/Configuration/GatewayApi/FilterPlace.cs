namespace Mesh.Client.Configuration;

/// <summary>Where filters stand, which says what there is.</summary>
/// <param name="Known">Every filter of the schema.</param>
/// <param name="Supported">Those that do something here.</param>
/// <param name="IsOfBackends">They stand at a backend, not at a rule.</param>
/// <param name="UndefinedStatus">What calls get in place of a filter that does nothing. gRPC clients read 503 as UNAVAILABLE.</param>
internal sealed record FilterPlace(IReadOnlyList<string> Known, IReadOnlyList<string> Supported, bool IsOfBackends, int UndefinedStatus)
{
    public const string RequestHeaderModifier = "RequestHeaderModifier";
    public const string ResponseHeaderModifier = "ResponseHeaderModifier";
    public const string RequestMirror = "RequestMirror";
    public const string RequestRedirect = "RequestRedirect";
    public const string UrlRewrite = "URLRewrite";
    public const string ExtensionRef = "ExtensionRef";

    private static readonly string[] AllOfHttp =
        [RequestHeaderModifier, ResponseHeaderModifier, RequestMirror, RequestRedirect, UrlRewrite, "CORS", "ExternalAuth", ExtensionRef];

    private static readonly string[] AllOfGrpc = [RequestHeaderModifier, ResponseHeaderModifier, RequestMirror, ExtensionRef];
    private static readonly string[] OfBackends = [RequestHeaderModifier, ResponseHeaderModifier];

    public static FilterPlace HttpRule { get; } = new(AllOfHttp, AllOfHttp[..5], IsOfBackends: false, 500);

    public static FilterPlace HttpBackend { get; } = new(AllOfHttp, OfBackends, IsOfBackends: true, 500);

    public static FilterPlace GrpcRule { get; } = new(AllOfGrpc, AllOfGrpc[..3], IsOfBackends: false, 503);

    public static FilterPlace GrpcBackend { get; } = new(AllOfGrpc, OfBackends, IsOfBackends: true, 503);

    /// <summary>The field of a filter that holds its settings.</summary>
    public static string FieldOf(string type) => type switch
    {
        UrlRewrite => "urlRewrite",
        "CORS" => "cors",
        _ => char.ToLowerInvariant(type[0]) + type[1..],
    };
}
