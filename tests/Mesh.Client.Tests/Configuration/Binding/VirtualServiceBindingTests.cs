using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class VirtualServiceBindingTests
{
    [Fact]
    public void Load_a_rule_as_in_istios_documentation_reads_like_it()
    {
        var document = Loading.Yaml("""
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: reviews
              namespace: prod
              creationTimestamp: "2026-01-31T12:00:00Z"
              labels: { app: bookinfo }
            spec:
              hosts: [reviews]
              http:
              - name: jason
                match:
                - headers:
                    End-User: { exact: jason }
                  uri: { prefix: /reviews }
                route:
                - destination: { host: reviews, subset: v2, port: { number: 9080 } }
                timeout: 0.5s
                retries: { attempts: 3, perTryTimeout: 2s, retryOn: "5xx, connect-failure,503" }
              - route:
                - destination: { host: reviews, subset: v1 }
                  weight: 90
                - destination: { host: reviews, subset: v3 }
                  weight: 10
            """);

        Loading.Clean(document);
        var rule = Assert.Single(document.Configuration.VirtualServices);
        Assert.Equal("VirtualService prod/reviews", rule.Metadata.ToString());
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), rule.Metadata.CreationTimestamp);
        Assert.Equal(["reviews"], rule.Hosts);
        Assert.True(rule.AppliesToMesh);
        var first = rule.Http[0];
        Assert.Equal(("end-user", StringMatchKind.Exact, "jason"), (first.Match[0].Headers[0].Key, first.Match[0].Headers[0].Value.Kind, first.Match[0].Headers[0].Value.Value));
        Assert.Equal(StringMatchKind.Prefix, first.Match[0].Uri!.Kind);
        Assert.Equal(("reviews", "v2", 9080), (first.Route[0].Host, first.Route[0].Subset, first.Route[0].Port));
        Assert.Equal(TimeSpan.FromMilliseconds(500), first.Timeout);
        Assert.Equal(["5xx", "connect-failure", "retriable-status-codes"], first.Retries!.RetryOn);
        Assert.Equal([503], first.Retries.RetriableStatusCodes);
        Assert.Equal([90, 10], rule.Http[1].Route.Select(destination => destination.Weight));
        Assert.Equal("spec.http[1]", rule.Http[1].Node.Path);
    }

    [Theory]
    [InlineData("networking.istio.io/v1alpha3")]
    [InlineData("networking.istio.io/v1beta1")]
    public void Load_older_api_versions_have_the_same_schema(string version) => Loading.Clean(Loading.Yaml(
        $"apiVersion: {version}\nkind: VirtualService\nmetadata:\n  name: a\nspec:\n  hosts: [a]\n  http:\n  - route:\n    - destination: {{ host: a }}\n"));

    [Fact]
    public void Load_the_names_of_the_protocol_buffers_are_read_too()
    {
        var route = Loading.FirstRoute(Loading.Route("- fault: { abort: { http_status: 500, percentage: { value: 1 } } }\n  retries: { attempts: 1, per_try_timeout: 1s, retry_on: reset }\n  route:\n  - destination: { host: a }\n"));

        Assert.Equal(500, route.Fault!.AbortHttpStatus);
        Assert.Equal(TimeSpan.FromSeconds(1), route.Retries!.PerTryTimeout);
    }

    [Fact]
    public void Load_both_spellings_of_one_field_are_an_error()
        => Loading.Refused(Loading.Route("- fault: { abort: { http_status: 500, httpStatus: 501, percentage: { value: 1 } } }\n  route:\n  - destination: { host: a }\n"),
            FindingCodes.DuplicateKey, "spec.http[0].fault.abort.httpStatus");

    [Fact]
    public void Load_a_misspelt_field_is_an_error_that_names_the_nearest()
    {
        var finding = Loading.Refused(Loading.Match("- header: { end-user: { exact: jason } }\n"), FindingCodes.UnknownField, "spec.http[0].match[0].header");

        Assert.Contains("'headers'", finding.Fix, StringComparison.Ordinal);
        Assert.Equal(9, finding.Line);
        Assert.Equal("rules.yaml", finding.Source);
        Assert.Equal("VirtualService reviews", finding.Resource);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{ regex: \"*\" }")]
    public void Load_an_empty_header_condition_asks_for_presence(string condition)
        => Assert.Equal(StringMatchKind.Present, Loading.FirstRoute(Loading.Match($"- headers:\n    x: {condition}\n")).Match[0].Headers[0].Value.Kind);

    [Theory]
    [InlineData("uri: {}", FindingCodes.BadStringMatch, "spec.http[0].match[0].uri")]
    [InlineData("uri: null", FindingCodes.NullValue, "spec.http[0].match[0].uri")]
    [InlineData("uri: /x", FindingCodes.BadStringMatch, "spec.http[0].match[0].uri")]
    [InlineData("uri: { exact: a, prefix: b }", FindingCodes.BadStringMatch, "spec.http[0].match[0].uri")]
    [InlineData("uri: { regex: \"a)(b\" }", FindingCodes.BadRegex, "spec.http[0].match[0].uri.regex")]
    [InlineData("uri: { regex: \"*\" }", FindingCodes.BadRegex, "spec.http[0].match[0].uri.regex")]
    [InlineData("uri: { regex: \"\" }", FindingCodes.BadRegex, "spec.http[0].match[0].uri.regex")]
    [InlineData("uri: { suffix: x }", FindingCodes.UnknownField, "spec.http[0].match[0].uri.suffix")]
    [InlineData("uri: { exact: 5 }", FindingCodes.WrongType, "spec.http[0].match[0].uri.exact")]
    [InlineData("method: { prefix: \"\" }", FindingCodes.BadStringMatch, "spec.http[0].match[0].method")]
    [InlineData("headers: { x: { prefix: \"\" } }", FindingCodes.BadStringMatch, "spec.http[0].match[0].headers.x")]
    [InlineData("headers: [ x ]", FindingCodes.WrongType, "spec.http[0].match[0].headers")]
    [InlineData("headers: { X: {}, x: {} }", FindingCodes.DuplicateKey, "spec.http[0].match[0].headers.x")]
    [InlineData("headers: { \"a b\": {} }", FindingCodes.BadHeaderName, "spec.http[0].match[0].headers.a b")]
    [InlineData("headers: { \":foo\": {} }", FindingCodes.BadHeaderName, "spec.http[0].match[0].headers.:foo")]
    [InlineData("withoutHeaders: { \"a b\": {} }", FindingCodes.BadHeaderName, "spec.http[0].match[0].withoutHeaders.a b")]
    [InlineData("withoutHeaders: { x: abc }", FindingCodes.BadStringMatch, "spec.http[0].match[0].withoutHeaders.x")]
    [InlineData("queryParams: [ x ]", FindingCodes.WrongType, "spec.http[0].match[0].queryParams")]
    [InlineData("queryParams: { \"a=b\": {} }", FindingCodes.BadQueryParameter, "spec.http[0].match[0].queryParams.a=b")]
    [InlineData("queryParams: { x: { regex: \"(\" } }", FindingCodes.BadRegex, "spec.http[0].match[0].queryParams.x.regex")]
    [InlineData("sourceLabels: { app: \"a b\" }", FindingCodes.BadLabel, "spec.http[0].match[0].sourceLabels.app")]
    [InlineData("sourceNamespace: A.b", FindingCodes.BadName, "spec.http[0].match[0].sourceNamespace")]
    [InlineData("port: 0", FindingCodes.OutOfRange, "spec.http[0].match[0].port")]
    [InlineData("port: 65536", FindingCodes.OutOfRange, "spec.http[0].match[0].port")]
    [InlineData("port: \"80\"", FindingCodes.WrongType, "spec.http[0].match[0].port")]
    [InlineData("port: 1e99", FindingCodes.WrongType, "spec.http[0].match[0].port")]
    [InlineData("port: 80.5", FindingCodes.WrongType, "spec.http[0].match[0].port")]
    [InlineData("ignoreUriCase: yes", FindingCodes.WrongType, "spec.http[0].match[0].ignoreUriCase")]
    public void Load_a_condition_that_cannot_be_read_is_refused(string condition, string code, string path) => Loading.Refused(Loading.Match($"- {condition}\n"), code, path);

    [Fact]
    public void Gotcha_16_no_timeout_is_the_default_and_cannot_be_written_as_zero()
    {
        Assert.Null(Loading.FirstRoute(Loading.Route("- route:\n  - destination: { host: a }\n")).Timeout);
        Loading.Refused(Loading.Route("- timeout: 0s\n  route:\n  - destination: { host: a }\n"), FindingCodes.BadDuration, "spec.http[0].timeout");
    }

    [Fact]
    public void Load_an_empty_prefix_of_the_uri_covers_everything() => Assert.Equal("", Loading.FirstRoute(Loading.Match("- uri: { prefix: \"\" }\n")).Match[0].Uri!.Value);

    [Fact]
    public void Load_pseudo_headers_ask_for_a_value_and_never_for_presence()
    {
        var document = Loading.Match("- headers: { \":Method\": { exact: GET }, \":authority\": {} }\n");

        Loading.Clean(document);
        var (name, value) = Assert.Single(Loading.FirstRoute(document).Match[0].Headers);
        Assert.Equal((":method", "GET"), (name, value.Value));
    }

    [Theory]
    [InlineData("sourceNamespace: prod")]
    [InlineData("sourceLabels: { app: a }")]
    public void Load_conditions_on_the_caller_beside_gateways_are_told(string condition)
        => Loading.Warned(
            Loading.Match($"- gateways: [ mesh ]\n  {condition}\n"),
            FindingCodes.IgnoredCondition,
            "spec.http[0].match[0]." + condition[..condition.IndexOf(':', StringComparison.Ordinal)]);

    [Fact]
    public void Load_header_keys_that_istio_ignores_are_told() => Loading.Warned(Loading.Match("- headers: { uri: { exact: /x } }\n"), FindingCodes.IgnoredCondition, "spec.http[0].match[0].headers.uri");

    [Theory]
    [InlineData("timeout: 10", FindingCodes.BadDuration, "spec.http[0].timeout")]
    [InlineData("timeout: 0s", FindingCodes.BadDuration, "spec.http[0].timeout")]
    [InlineData("timeout: { seconds: 1 }", FindingCodes.WrongType, "spec.http[0].timeout")]
    [InlineData("retries: { attempts: -1 }", FindingCodes.OutOfRange, "spec.http[0].retries.attempts")]
    [InlineData("retries: { attempts: 0, retryOn: 5xx }", FindingCodes.BadRetries, "spec.http[0].retries")]
    [InlineData("retries: { perTryTimeout: 1s }", FindingCodes.BadRetries, "spec.http[0].retries")]
    [InlineData("retries: { attempts: 1, retryOn: gateway-eror }", FindingCodes.UnknownValue, "spec.http[0].retries.retryOn")]
    [InlineData("retries: { attempts: 1, retryOn: \"599\" }", FindingCodes.OutOfRange, "spec.http[0].retries.retryOn")]
    [InlineData("retries: { attempts: 1, retryOn: 503 }", FindingCodes.WrongType, "spec.http[0].retries.retryOn")]
    [InlineData("fault: {}", FindingCodes.BadFault, "spec.http[0].fault")]
    [InlineData("fault: null", FindingCodes.NullValue, "spec.http[0].fault")]
    [InlineData("fault: { delay: { percent: 1 } }", FindingCodes.MissingField, "spec.http[0].fault.delay")]
    [InlineData("fault: { delay: { exponentialDelay: 1s, percent: 1 } }", FindingCodes.BadFault, "spec.http[0].fault.delay.exponentialDelay")]
    [InlineData("fault: { delay: { fixedDelay: 1s, percent: 101 } }", FindingCodes.OutOfRange, "spec.http[0].fault.delay.percent")]
    [InlineData("fault: { delay: { fixedDelay: 1s, percentage: 5 } }", FindingCodes.BadPercentage, "spec.http[0].fault.delay.percentage")]
    [InlineData("fault: { delay: { fixedDelay: 1s, percentage: { value: .nan } } }", FindingCodes.OutOfRange, "spec.http[0].fault.delay.percentage.value")]
    [InlineData("fault: { delay: { fixedDelay: 1s, percentage: { value: .inf } } }", FindingCodes.OutOfRange, "spec.http[0].fault.delay.percentage.value")]
    [InlineData("fault: { delay: { fixedDelay: 1s, percentage: { value: 1e999 } } }", FindingCodes.OutOfRange, "spec.http[0].fault.delay.percentage.value")]
    [InlineData("fault: { delay: { fixedDelay: 1s, percentage: { value: -0.1 } } }", FindingCodes.BadPercentage, "spec.http[0].fault.delay.percentage.value")]
    [InlineData("fault: { delay: { fixedDelay: 1s, percentage: { value: 0.00001 } } }", FindingCodes.BadPercentage, "spec.http[0].fault.delay.percentage.value")]
    [InlineData("fault: { abort: { httpStatus: 199, percent: 1 } }", FindingCodes.OutOfRange, "spec.http[0].fault.abort.httpStatus")]
    [InlineData("fault: { abort: { httpStatus: 600, percent: 1 } }", FindingCodes.OutOfRange, "spec.http[0].fault.abort.httpStatus")]
    [InlineData("fault: { abort: { grpcStatus: UNAVAILBLE, percent: 1 } }", FindingCodes.UnknownValue, "spec.http[0].fault.abort.grpcStatus")]
    [InlineData("fault: { abort: { httpStatus: 500, grpcStatus: OK, percent: 1 } }", FindingCodes.Conflict, "spec.http[0].fault.abort")]
    [InlineData("fault: { abort: { http2Error: X, percent: 1 } }", FindingCodes.BadFault, "spec.http[0].fault.abort.http2Error")]
    [InlineData("redirect: { uri: /x }", FindingCodes.BadAction, "spec.http[0]")]
    [InlineData("delegate: { name: x }", FindingCodes.BadAction, "spec.http[0]")]
    [InlineData("mirror: { host: x }\n  mirrors: []", FindingCodes.Conflict, "spec.http[0].mirrors")]
    public void Load_a_rule_that_cannot_be_honoured_is_refused(string field, string code, string path)
        => Loading.Refused(Loading.Route($"- {field}\n  route:\n  - destination: {{ host: a }}\n"), code, path);

    [Fact]
    public void Load_the_older_percent_means_the_same_and_is_told()
    {
        var document = Loading.Route("- fault: { delay: { fixedDelay: 7s, percent: 100 } }\n  route:\n  - destination: { host: a }\n");

        Assert.Equal(100, Loading.FirstRoute(document).Fault!.DelayPercentage);
        Loading.Informed(document, FindingCodes.Deprecated, "spec.http[0].fault.delay.percent");
    }

    [Fact]
    public void Load_an_absent_percentage_is_zero_and_told()
    {
        var document = Loading.Route("- fault: { abort: { grpcStatus: UNAVAILABLE } }\n  route:\n  - destination: { host: a }\n");

        Assert.Equal(0, Loading.FirstRoute(document).Fault!.AbortPercentage);
        Assert.Equal(14, Loading.FirstRoute(document).Fault!.AbortGrpcStatus);
        Loading.Warned(document, FindingCodes.BadFault, "spec.http[0].fault.abort");
    }

    [Fact]
    public void Load_an_empty_retryOn_takes_the_default_list()
        => Assert.Null(Loading.FirstRoute(Loading.Route("- retries: { attempts: 1, retryOn: \"\" }\n  route:\n  - destination: { host: a }\n")).Retries!.RetryOn);

    [Theory]
    [InlineData("{ host: \"\" }", FindingCodes.MissingField, ".host")]
    [InlineData("{ subset: v1 }", FindingCodes.MissingField, "")]
    [InlineData("{ host: \"*\" }", FindingCodes.BadHost, ".host")]
    [InlineData("{ host: \"a.*\" }", FindingCodes.BadHost, ".host")]
    [InlineData("{ host: \"http://a\" }", FindingCodes.BadHost, ".host")]
    [InlineData("{ host: \"a:80\" }", FindingCodes.BadHost, ".host")]
    [InlineData("{ host: 10.0.0.1 }", FindingCodes.BadHost, ".host")]
    [InlineData("{ host: a, subset: v_1 }", FindingCodes.BadSubsetName, ".subset")]
    [InlineData("{ host: a, port: 80 }", FindingCodes.WrongType, ".port")]
    [InlineData("{ host: a, port: {} }", FindingCodes.MissingField, ".port")]
    public void Load_a_destination_that_cannot_be_one_is_refused(string destination, string code, string path)
        => Loading.Refused(Loading.Route($"- route:\n  - destination: {destination}\n"), code, "spec.http[0].route[0].destination" + path);

    [Theory]
    [InlineData("*.a.com")]
    [InlineData("*-a.com")]
    public void Load_a_wildcard_as_a_destination_is_told_to_lead_nowhere(string host)
    {
        var document = Loading.Route($"- route:\n  - destination: {{ host: \"{host}\", subset: v1 }}\n");

        Loading.Warned(document, FindingCodes.UnbuiltField, "spec.http[0].route[0].destination.host");
        Assert.Empty(ConfigurationMerger.Merge([document]).Findings);
    }

    [Fact]
    public void Load_all_that_is_wrong_is_found_at_once()
    {
        var document = Loading.Route("- timeout: 0s\n  route:\n  - destination: { host: a_b }\n- match: 5\n  retries: { attempts: -1 }\n  rout: []\n");

        var paths = document.Findings.Where(finding => finding.RefusesDocument).Select(finding => finding.Path).ToHashSet();
        Assert.Superset(
            new HashSet<string> { "spec.http[0].timeout", "spec.http[0].route[0].destination.host", "spec.http[1].match", "spec.http[1].retries.attempts", "spec.http[1].rout" },
            paths);
    }

    [Fact]
    public void Load_misspelt_field_suggests_the_one_that_was_meant()
    {
        const string Http = """{ "route": [ { "destination": { "host": "a" }, "weigth": 90 } ] }""";

        var yaml = Loading.Refused(Loading.Route($"- {Http}"), FindingCodes.UnknownField, "spec.http[0].route[0].weigth");
        var section = Loading.Refused(
            Loading.Section($$"""{ "VirtualServices": { "a": { "hosts": [ "a" ], "http": [ {{Http}} ] } } }"""),
            FindingCodes.UnknownField,
            "Mesh:VirtualServices:a:http:0:route:0:weigth");

        Assert.Equal("Did you mean 'weight'?", yaml.Fix);
        Assert.Equal("Did you mean 'weight'?", section.Fix);
    }
}
