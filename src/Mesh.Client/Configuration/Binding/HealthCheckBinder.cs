using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary><c>healthChecks</c> of <c>x-mesh</c>.</summary>
internal static class HealthCheckBinder
{
    /// <summary>An HTTP token, as in methods.</summary>
    private const string Methods = "GET, HEAD, POST, PUT, DELETE, OPTIONS, TRACE, PATCH";

    private static readonly string[] ContentHeaders = ["allow", "expires", "last-modified"];

    private static readonly string[] KnownMethods = Methods.Split(", ");

    /// <summary>Null where the field is not written; an empty list takes back what a wider policy asks for.</summary>
    public static ValueList<HealthCheckConfiguration>? Bind(FieldReader fields, string name)
        => fields.Has(name) ? new(fields.Items(name).Select(item => Check(FieldReader.Open(item, fields.Findings))).OfType<HealthCheckConfiguration>()) : null;

    private static HealthCheckConfiguration? Check(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var timeout = Required(fields, "timeout", fields.Duration("timeout"));
        var interval = Required(fields, "interval", fields.Duration("interval"));
        var unhealthy = Required(fields, "unhealthyThreshold", fields.Integer("unhealthyThreshold", 1, int.MaxValue));
        var healthy = Required(fields, "healthyThreshold", fields.Integer("healthyThreshold", 1, int.MaxValue));
        var intervalJitter = fields.Duration("intervalJitter") ?? TimeSpan.Zero;
        var initialJitter = fields.Duration("initialJitter") ?? TimeSpan.Zero;
        var noTraffic = fields.Duration("noTrafficInterval");
        var unhealthyInterval = fields.Duration("unhealthyInterval");
        var unhealthyEdge = fields.Duration("unhealthyEdgeInterval");
        var healthyEdge = fields.Duration("healthyEdgeInterval");
        var onlySuspects = fields.Flag("onlySuspects") ?? false;
        var endsEjections = fields.Flag("successfulActiveHealthCheckUnejectHost") ?? true;
        var protocol = Protocol(fields);
        fields.Finish();
        return timeout is null || interval is null || unhealthy is null || healthy is null || protocol is null ? null : new()
        {
            Timeout = timeout.Value,
            Interval = interval.Value,
            UnhealthyThreshold = unhealthy.Value,
            HealthyThreshold = healthy.Value,
            IntervalJitter = intervalJitter,
            InitialJitter = initialJitter,
            NoTrafficInterval = noTraffic ?? TimeSpan.FromSeconds(60),
            UnhealthyInterval = unhealthyInterval,
            UnhealthyEdgeInterval = unhealthyEdge,
            HealthyEdgeInterval = healthyEdge,
            OnlySuspects = onlySuspects,
            EndsEjections = endsEjections,
            Protocol = protocol,
        };
    }

    private static T? Required<T>(FieldReader fields, string name, T? value)
        where T : struct
    {
        if (fields.Take(name) is null or { Kind: NodeKind.Null })
        {
            fields.Findings.Error(FindingCodes.MissingField, fields.Node, $"'{name}' is missing or empty.");
        }

        return value;
    }

    private static HealthCheckProtocol? Protocol(FieldReader fields)
    {
        var http = fields.Object("httpHealthCheck");
        var grpc = fields.Object("grpcHealthCheck");
        var tcp = fields.Object("tcpHealthCheck");
        var written = (ConfigurationNode?[])[fields.Take("httpHealthCheck"), fields.Take("grpcHealthCheck"), fields.Take("tcpHealthCheck")];
        switch (written.Count(node => node is not null))
        {
            case 0:
                fields.Findings.Error(FindingCodes.BadHealthCheck, fields.Node, "the check does not say what it asks.", "Write httpHealthCheck, grpcHealthCheck or tcpHealthCheck.");
                break;
            case > 1:
                fields.Findings.Error(FindingCodes.Conflict, written.Last(node => node is not null)!, "one check asks in one way.", "Make a check of each.");
                break;
        }

        HealthCheckProtocol? protocol = http is null ? null : Http(http);
        protocol ??= grpc is null ? null : Grpc(grpc);
        return protocol ?? (tcp is null ? null : Tcp(tcp));
    }

    private static HttpHealthCheck? Http(FieldReader fields)
    {
        var path = fields.RequiredText("path");
        if (path is not null && (path[0] != '/' || path.Any(character => character is <= ' ' or > '~' or '#')))
        {
            fields.Findings.Error(FindingCodes.BadHealthCheck, fields.Take("path")!, $"{FindingSink.Quote(path)} is not a path; it begins with a slash and has printable ASCII only.");
        }

        var host = fields.Text("host");
        if (host is not null && !Uri.TryCreate($"http://{host}/", UriKind.Absolute, out _))
        {
            fields.Findings.Error(FindingCodes.BadHealthCheck, fields.Take("host")!, $"{FindingSink.Quote(host)} is not a host.");
        }

        var method = fields.Text("method");
        if (method is not null && !KnownMethods.Contains(method))
        {
            fields.Findings.Error(FindingCodes.UnknownValue, fields.Take("method")!, $"{FindingSink.Quote(method)} is not allowed; one of {Methods} is needed.");
        }

        var expected = Statuses(fields, "expectedStatuses");
        var retriable = Statuses(fields, "retriableStatuses");
        var headers = fields.TextMap("requestHeaders", static (name, value, findings) =>
        {
            if (!HeaderName.IsValid(name))
            {
                findings.Error(FindingCodes.BadHeaderName, value, $"{FindingSink.Quote(name)} is not the name of a header.");
            }
            else if (name.StartsWith("content-", StringComparison.OrdinalIgnoreCase) || ContentHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                findings.Error(FindingCodes.BadHealthCheck, value, $"{FindingSink.Quote(name)} is about a body, and a check has none.", "Remove it.");
            }
            else if (value.Text is { } text && text.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            {
                findings.Error(FindingCodes.BadHealthCheck, value, "a header is one line.");
            }
        });
        fields.Finish();
        return path is null ? null : new()
        {
            Path = path,
            Host = host,
            Method = method ?? "GET",
            ExpectedStatuses = expected ?? StatusSet.Of((200, 200)),
            RetriableStatuses = retriable,
            RequestHeaders = string.Join('\n', headers.Select(header => $"{header.Key}: {header.Value}")),
        };
    }

    /// <summary>Envoy's ranges: the start belongs to them, the end does not.</summary>
    private static StatusSet? Statuses(FieldReader fields, string name)
    {
        var ranges = new List<(int First, int Last)>();
        foreach (var item in fields.Items(name))
        {
            if (FieldReader.Open(item, fields.Findings) is not { } range)
            {
                continue;
            }

            var start = Required(range, "start", range.Integer("start", StatusSet.Least, StatusSet.Most));
            var end = Required(range, "end", range.Integer("end", StatusSet.Least + 1, StatusSet.Most + 1));
            range.Finish();
            if (start >= end)
            {
                fields.Findings.Error(FindingCodes.BadHealthCheck, item,
                    string.Create(CultureInfo.InvariantCulture, $"from {start} to before {end} there is no status."), "Write the first status that no longer belongs to the range as its end.");
            }
            else if (start is { } first && end is { } next)
            {
                ranges.Add((first, next - 1));
            }
        }

        return ranges.Count == 0 ? null : StatusSet.Of([.. ranges]);
    }

    private static GrpcHealthCheck Grpc(FieldReader fields)
    {
        var name = fields.Text("serviceName");
        fields.Finish();
        return new(name ?? "");
    }

    private static TcpHealthCheck Tcp(FieldReader fields)
    {
        var send = Bytes(fields.Text("send"), fields.Take("send"), fields.Findings);
        var receive = fields.Items("receive").Select(item => Bytes(ScalarReader.Text(item, fields.Findings), item, fields.Findings)).Where(text => text.Length > 0).ToList();
        fields.Finish();
        return new(send, new(receive));
    }

    private static string Bytes(string? text, ConfigurationNode? node, FindingSink findings)
    {
        if (text is not null && text.Any(character => character > '\xFF'))
        {
            findings.Error(FindingCodes.BadHealthCheck, node!, "each character stands for one byte; those beyond U+00FF have none.", "Write the bytes of the encoding as \\u00XX.");
        }

        return text ?? "";
    }
}
