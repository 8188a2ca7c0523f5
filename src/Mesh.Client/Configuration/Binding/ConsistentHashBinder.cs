using System.Buffers;
using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary><c>loadBalancer.consistentHash</c>: one key, and one table.</summary>
internal static class ConsistentHashBinder
{
    private static readonly string[] Keys = ["httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName"];

    /// <summary>What would end an attribute of a cookie.</summary>
    private static readonly SearchValues<char> CookieEnds = SearchValues.Create([';', '\u007f', .. Enumerable.Range(0, ' ').Select(code => (char)code)]);

    public static (LoadBalancerPolicy? Policy, ConsistentHashConfiguration? Hash) Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return default;
        }

        var key = Key(fields);
        var older = fields.Integer("minimumRingSize", 0, ConsistentHashConfiguration.MaximumRingSize);
        var ring = fields.Object("ringHash");
        var ringSize = ring?.Integer("minimumRingSize", 0, ConsistentHashConfiguration.MaximumRingSize);
        ring?.Finish();
        var maglev = fields.Object("maglev");
        var tableSize = maglev is null ? 0 : TableSize(maglev);
        maglev?.Finish();
        CheckTables(fields);
        fields.Finish();

        // As to Istio, 0 is not written.
        ringSize = ringSize is null or 0 ? older : ringSize;
        return maglev is null
            ? (LoadBalancerPolicy.RingHash, key with { Size = ringSize is null or 0 ? ConsistentHashConfiguration.DefaultRingSize : ringSize.Value })
            : (LoadBalancerPolicy.Maglev, key with { Size = tableSize });
    }

    private static ConsistentHashConfiguration Key(FieldReader fields)
    {
        var written = Keys.Where(fields.Has).ToList();
        if (written.Count == 0)
        {
            fields.Findings.Error(FindingCodes.MissingField, fields.Node,
                "nothing says what of a request is hashed.", $"Write one of {string.Join(", ", Keys)}.");
        }

        foreach (var other in written.Skip(1))
        {
            fields.Findings.Error(FindingCodes.Conflict, fields.Take(other)!, $"'{written[0]}' and '{other}' exclude each other.", "Keep one of them.");
        }

        var header = Header(fields);
        var cookie = fields.Object("httpCookie") is { } httpCookie ? Cookie(httpCookie) : null;
        var usesSource = fields.Flag("useSourceIp");
        var parameter = QueryParameter(fields);
        if (usesSource == false && written.Count == 1)
        {
            fields.Findings.Warning(FindingCodes.BadConsistentHash, fields.Take("useSourceIp")!,
                "with useSourceIp: false no call has a hash, and each goes to a random endpoint.", "Write true, or simple: RANDOM in place of consistentHash.");
        }

        return cookie ?? (header, parameter, usesSource) switch
        {
            ({ } name, _, _) => new() { Key = HashKeyKind.Header, Name = name },
            (_, { } name, _) => new() { Key = HashKeyKind.QueryParameter, Name = name },
            (_, _, true) => new() { Key = HashKeyKind.SourceIp },
            _ => new() { Key = HashKeyKind.None },
        };
    }

    private static string? Header(FieldReader fields)
    {
        var name = fields.Has("httpHeaderName") ? fields.RequiredText("httpHeaderName") : null;
        if (name is not null and not (":path" or ":method" or ":scheme" or ":authority") && !HeaderName.IsValid(name))
        {
            fields.Findings.Error(FindingCodes.BadHeaderName, fields.Take("httpHeaderName")!,
                $"{FindingSink.Quote(name)} cannot be a header name; letters, digits and - are usual.");
        }

        return name;
    }

    private static string? QueryParameter(FieldReader fields)
    {
        var name = fields.Has("httpQueryParameterName") ? fields.RequiredText("httpQueryParameterName") : null;
        if (name is not null && name.AsSpan().ContainsAny("&=#"))
        {
            fields.Findings.Error(FindingCodes.BadQueryParameter, fields.Take("httpQueryParameterName")!,
                $"{FindingSink.Quote(name)} cannot be the name of a query parameter: it is the text before '=', and has none of '&', '=' and '#'.");
        }

        return name;
    }

    private static ConsistentHashConfiguration Cookie(FieldReader fields)
    {
        var name = fields.RequiredText("name") ?? "";
        if (name.Length > 0)
        {
            CheckName(name, fields.Take("name")!, fields.Findings);
        }

        var path = fields.Text("path");
        CheckValue(path, fields.Take("path"), fields.Findings);
        var ttl = fields.DurationOrZero("ttl");

        // Envoy's order. A lifetime of less than a second is that of the session, since Max-Age is in whole seconds.
        var text = ttl is { TotalSeconds: >= 1 } ? string.Create(CultureInfo.InvariantCulture, $"; Max-Age={(long)ttl.Value.TotalSeconds}") : "";
        text += path is { Length: > 0 } ? $"; Path={path}" : "";
        foreach (var item in fields.Items("attributes"))
        {
            if (FieldReader.Open(item, fields.Findings) is not { } attribute)
            {
                continue;
            }

            var attributeName = attribute.RequiredText("name");
            var value = attribute.Text("value");
            if (attributeName is not null)
            {
                CheckName(attributeName, attribute.Take("name")!, fields.Findings);
            }

            CheckValue(value, attribute.Take("value"), fields.Findings);
            attribute.Finish();
            text += value is { Length: > 0 } ? $"; {attributeName}={value}" : $"; {attributeName}";
        }

        fields.Finish();
        return new() { Key = HashKeyKind.Cookie, Name = name, CookieTtl = ttl, CookieAttributes = text + "; HttpOnly" };
    }

    private static void CheckName(string name, ConfigurationNode node, FindingSink findings)
    {
        if (!HeaderName.IsValid(name))
        {
            findings.Error(FindingCodes.BadConsistentHash, node,
                $"{FindingSink.Quote(name)} cannot be the name of a cookie or of its attribute; letters, digits, - and _ are usual.");
        }
    }

    private static void CheckValue(string? value, ConfigurationNode? node, FindingSink findings)
    {
        if (value is not null && value.AsSpan().ContainsAny(CookieEnds))
        {
            findings.Error(FindingCodes.BadConsistentHash, node!, $"{FindingSink.Quote(value)} cannot stand in a cookie: it has a ';' or a control character.");
        }
    }

    private static int TableSize(FieldReader maglev)
    {
        var size = maglev.Integer("tableSize", 2, ConsistentHashConfiguration.MaximumTableSize);
        if (size is { } written && !IsPrime(written))
        {
            maglev.Findings.Error(FindingCodes.BadConsistentHash, maglev.Take("tableSize")!,
                $"{FindingSink.Quote(maglev.Take("tableSize")!.Text)} is no prime, and with another number of slots the table could not be filled evenly.", $"Write {NextPrime(written)}.");
        }

        return size ?? ConsistentHashConfiguration.DefaultTableSize;
    }

    private static void CheckTables(FieldReader fields)
    {
        if (fields.Take("maglev") is { } maglev && fields.Has("ringHash"))
        {
            fields.Findings.Error(FindingCodes.Conflict, maglev, "'ringHash' and 'maglev' exclude each other.", "Keep one of them.");
        }

        if (fields.Take("minimumRingSize") is not { } older)
        {
            return;
        }

        if (fields.Has("ringHash") || fields.Has("maglev"))
        {
            fields.Findings.Error(FindingCodes.Conflict, older, "'minimumRingSize' excludes 'ringHash' and 'maglev'.", "Remove it.");
            return;
        }

        fields.Findings.Info(FindingCodes.Deprecated, older,
            "'minimumRingSize' is the older name of 'ringHash.minimumRingSize' and still works.", "Write ringHash: { minimumRingSize: ... }.");
    }

    private static bool IsPrime(int number)
    {
        for (var divisor = 2; divisor <= number / divisor; divisor++)
        {
            if (number % divisor == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The largest allowed one is a prime.</summary>
    private static int NextPrime(int number)
    {
        while (!IsPrime(number))
        {
            number++;
        }

        return number;
    }
}
