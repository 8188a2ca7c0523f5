using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

/// <summary>Redirects, direct responses, rewrites and header changes as they are written.</summary>
public sealed class ActionBindingTests
{
    [Theory]
    [InlineData("redirect: { uri: /a, authority: b, port: 81, scheme: https, redirectCode: 307 }")]
    [InlineData("redirect: { prefix_rewrite: /a, derive_port: FROM_REQUEST_PORT }")]
    [InlineData("directResponse: { status: 200, body: { string: hello } }")]
    public void Load_an_action_is_clean(string action) => Loading.Clean(Loading.Route($"- {action}\n"));

    [Theory]
    [InlineData("rewrite: { uri: /a, authority: \"b:81\" }")]
    [InlineData("rewrite: { uriRegexRewrite: { match: \"^/a/(.*)\", rewrite: '/\\1' } }")]
    [InlineData("headers: { request: { set: { a: b }, add: { C: \"%REQ(x)%\" }, remove: [ d ] }, response: { add: { e: \"100%%\" } } }")]
    [InlineData("headers: { request: { set: { Host: other } } }")]
    public void Load_a_change_of_messages_is_clean(string change)
        => Loading.Clean(Loading.Route($"- {change}\n  route:\n  - destination: {{ host: a }}\n"));

    [Theory]
    [InlineData("redirect: { redirectCode: 302 }", FindingCodes.BadRedirect, "redirect")]
    [InlineData("redirect: { uri: a }", FindingCodes.BadRedirect, "redirect.uri")]
    [InlineData("redirect: { uri: \"/a b\" }", FindingCodes.BadRedirect, "redirect.uri")]
    [InlineData("redirect: { prefixRewrite: \"/a?b\" }", FindingCodes.BadRedirect, "redirect.prefixRewrite")]
    [InlineData("redirect: { uri: /a, prefixRewrite: /b }", FindingCodes.Conflict, "redirect.prefixRewrite")]
    [InlineData("redirect: { port: 1, derivePort: FROM_REQUEST_PORT }", FindingCodes.Conflict, "redirect.derivePort")]
    [InlineData("redirect: { derivePort: FROM_NOWHERE }", FindingCodes.UnknownValue, "redirect.derivePort")]
    [InlineData("redirect: { port: 0 }", FindingCodes.OutOfRange, "redirect.port")]
    [InlineData("redirect: { scheme: ftp }", FindingCodes.UnknownValue, "redirect.scheme")]
    [InlineData("redirect: { redirectCode: 304 }", FindingCodes.BadRedirect, "redirect.redirectCode")]
    [InlineData("redirect: { redirectCode: 200 }", FindingCodes.OutOfRange, "redirect.redirectCode")]
    [InlineData("redirect: { authority: \"a/b\" }", FindingCodes.BadHeaderEdit, "redirect.authority")]
    [InlineData("redirect: { path: /a }", FindingCodes.UnknownField, "redirect.path")]
    [InlineData("directResponse: {}", FindingCodes.MissingField, "directResponse")]
    [InlineData("directResponse: { status: 600 }", FindingCodes.OutOfRange, "directResponse.status")]
    [InlineData("directResponse: { status: 200, body: hello }", FindingCodes.WrongType, "directResponse.body")]
    [InlineData("directResponse: { status: 200, body: { bytes: \"*\" } }", FindingCodes.BadDirectResponse, "directResponse.body.bytes")]
    [InlineData("directResponse: { status: 200, body: { bytes: aa==, string: a } }", FindingCodes.Conflict, "directResponse.body.bytes")]
    public void Load_an_action_that_cannot_be_done_is_refused(string action, string code, string path)
        => Loading.Refused(Loading.Route($"- {action}\n"), code, "spec.http[0]." + path);

    [Theory]
    [InlineData("rewrite: {}", FindingCodes.BadRewrite, "rewrite")]
    [InlineData("rewrite: { uri: a }", FindingCodes.BadRewrite, "rewrite.uri")]
    [InlineData("rewrite: { uri: \"/ü\" }", FindingCodes.BadRewrite, "rewrite.uri")]
    [InlineData("rewrite: { uri: /a, uriRegexRewrite: { match: a, rewrite: b } }", FindingCodes.Conflict, "rewrite.uriRegexRewrite")]
    [InlineData("rewrite: { uriRegexRewrite: { match: \"(\", rewrite: b } }", FindingCodes.BadRewrite, "rewrite.uriRegexRewrite")]
    [InlineData("rewrite: { uriRegexRewrite: { match: a, rewrite: \"#\" } }", FindingCodes.BadRewrite, "rewrite.uriRegexRewrite.rewrite")]
    [InlineData("rewrite: { uriRegexRewrite: { match: a } }", FindingCodes.MissingField, "rewrite.uriRegexRewrite")]
    [InlineData("rewrite: { authority: \"a b\" }", FindingCodes.BadHeaderEdit, "rewrite.authority")]
    [InlineData("rewrite: { authority: a }\n  headers: { request: { set: { host: b } } }", FindingCodes.Conflict, "headers")]
    [InlineData("headers: { request: { remove: [ host ] } }", FindingCodes.BadHeaderEdit, "headers.request.remove[0]")]
    [InlineData("headers: { request: { set: { \":path\": /a } } }", FindingCodes.BadHeaderEdit, "headers.request.set.:path")]
    [InlineData("headers: { request: { set: { content-length: \"5\" } } }", FindingCodes.BadHeaderEdit, "headers.request.set.content-length")]
    [InlineData("headers: { request: { set: { a: 5 } } }", FindingCodes.WrongType, "headers.request.set.a")]
    [InlineData("headers: { request: { set: [ a ] } }", FindingCodes.WrongType, "headers.request.set")]
    [InlineData("headers: { request: { set: { a: \"50%\" } } }", FindingCodes.BadHeaderEdit, "headers.request.set.a")]
    [InlineData("headers: { request: { set: { a: \"%PROTOKOL%\" } } }", FindingCodes.BadHeaderEdit, "headers.request.set.a")]
    [InlineData("headers: { request: { set: { a: \"%PROTOCOL% %X%\" } } }", FindingCodes.BadHeaderEdit, "headers.request.set.a")]
    [InlineData("headers: { request: { set: { a: \"%PROTOCOL% 5%\" } } }", FindingCodes.BadHeaderEdit, "headers.request.set.a")]
    [InlineData("headers: { request: { set: { a: \"%START_TIME(%Y%\" } } }", FindingCodes.BadHeaderEdit, "headers.request.set.a")]
    [InlineData("headers: { request: { set: { a: \"%REQ()%\" } } }", FindingCodes.BadHeaderEdit, "headers.request.set.a")]
    [InlineData("headers: { request: { set: { a: \"%REQ(x):y%\" } } }", FindingCodes.BadHeaderEdit, "headers.request.set.a")]
    [InlineData("headers: { request: { set: { a: \"b\\r\\nc: d\" } } }", FindingCodes.BadHeaderEdit, "headers.request.set.a")]
    [InlineData("headers: { request: { set: { host: \"a@b\" } } }", FindingCodes.BadHeaderEdit, "headers.request.set.host")]
    [InlineData("headers: { request: { set: { a: \"Zoë\" } } }", FindingCodes.BadHeaderEdit, "headers.request.set.a")]
    [InlineData("headers: { request: { set: { host: \"bücher.example\" } } }", FindingCodes.BadHeaderEdit, "headers.request.set.host")]
    [InlineData("rewrite: { authority: \"a:\" }", FindingCodes.BadHeaderEdit, "rewrite.authority")]
    [InlineData("headers: { reqest: {} }", FindingCodes.UnknownField, "headers.reqest")]
    public void Load_a_change_that_cannot_be_made_is_refused(string change, string code, string path)
        => Loading.Refused(Loading.Route($"- {change}\n  route:\n  - destination: {{ host: a }}\n"), code, "spec.http[0]." + path);

    [Theory]
    [InlineData("request", "%PROTOCOL%", "'%PROTOCOL%'")]
    [InlineData("request", "a %RESP(x)%", "'%RESP(x)%'")]
    [InlineData("response", "%START_TIME(%Y/%m)% %HOSTNAME%", "'%START_TIME(%Y/%m)%'")]
    [InlineData("response", "%UPSTREAM_METADATA([\\\"a\\\", \\\"b\\\"])%", "'%UPSTREAM_METADATA([\"a\", \"b\"])%'")]
    [InlineData("request", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT:9%", "'%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT:9%'")]
    public void Load_an_operator_that_Envoy_knows_and_the_mesh_does_not_leaves_the_header_and_says_so(string of, string value, string told)
    {
        var document = Loading.Route($"- headers: {{ {of}: {{ set: {{ a: \"{value}\", b: \"c\" }} }} }}\n  route:\n  - destination: {{ host: a }}\n");

        Assert.Contains(told, Loading.Warned(document, FindingCodes.UnbuiltField, $"spec.http[0].headers.{of}.set.a").Message, StringComparison.Ordinal);
        var headers = Loading.FirstRoute(document).Headers!;
        Assert.Equal(["b"], (of == "request" ? headers.Request : headers.Response).Set.Select(header => header.Key));
    }

    [Fact]
    public void Load_the_authority_at_two_levels_is_refused()
        => Loading.Refused(
            Loading.Route("- rewrite: { authority: a }\n  route:\n  - destination: { host: a }\n    headers: { request: { add: { host: b } } }\n"),
            FindingCodes.Conflict,
            "spec.http[0].route[0].headers");
}
