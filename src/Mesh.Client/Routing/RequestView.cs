using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mesh.Client.Routing;

/// <summary>The parts of a request that rules look at, as they go on the wire. Nothing is taken apart before a rule asks for it.</summary>
internal ref struct RequestView(HttpRequestMessage request, int port)
{
    /// <summary>The longest DNS name, a colon and a port.</summary>
    public const int AuthorityLength = 255 + 6;

    private readonly HttpRequestMessage _request = request;
    private readonly Uri _uri = request.RequestUri!;
    private string? _pathAndQuery;
    private int _pathLength;
    private string? _lastName;
    private string? _lastValue;

    /// <summary>The service port that is called.</summary>
    public int Port { get; } = port;

    public readonly string Method => _request.Method.Method;

    /// <summary>The scheme; of <c>https+http</c> the preferred one.</summary>
    public readonly ReadOnlySpan<char> Scheme
    {
        get
        {
            var scheme = _uri.Scheme.AsSpan();
            var plus = scheme.IndexOf('+');
            return plus < 0 ? scheme : scheme[..plus];
        }
    }

    /// <summary>Escaped, without the query. Cut from <see cref="Uri.PathAndQuery"/>, which the transport needs anyway.</summary>
    public ReadOnlySpan<char> Path
    {
        get
        {
            var pathAndQuery = PathAndQuery;
            return pathAndQuery.AsSpan(0, _pathLength);
        }
    }

    /// <summary>With its question mark; empty where there is none.</summary>
    public ReadOnlySpan<char> Query => PathAndQuery.AsSpan(_pathLength);

    public string PathAndQuery
    {
        get
        {
            if (_pathAndQuery is null)
            {
                _pathAndQuery = _uri.PathAndQuery;
                var query = _pathAndQuery.IndexOf('?');
                _pathLength = query < 0 ? _pathAndQuery.Length : query;
            }

            return _pathAndQuery;
        }
    }

    /// <summary>What the Host header will say; the port is left out where it is the scheme's own.</summary>
    /// <param name="scratch">At least <see cref="AuthorityLength"/> characters.</param>
    public readonly ReadOnlySpan<char> Authority(Span<char> scratch)
    {
        if (_request.Headers.NonValidated.TryGetValues("Host", out var written))
        {
            return written.ToString();
        }

        var host = _uri.HostNameType == UriHostNameType.IPv6 ? _uri.Host : _uri.IdnHost;
        if (_uri.IsDefaultPort)
        {
            return host;
        }

        return scratch.TryWrite(CultureInfo.InvariantCulture, $"{host}:{_uri.Port}", out var length)
            ? scratch[..length]
            : string.Create(CultureInfo.InvariantCulture, $"{host}:{_uri.Port}");
    }

    /// <summary>The first value of a query parameter as it stands in the address; empty where the name has no <c>=</c>.</summary>
    public bool TryGetQuery(string name, out ReadOnlySpan<char> value)
    {
        var rest = Query;
        while (!rest.IsEmpty)
        {
            // The first character is the question mark or the ampersand before the pair.
            rest = rest[1..];
            var end = rest.IndexOf('&');
            var pair = end < 0 ? rest : rest[..end];
            var equals = pair.IndexOf('=');
            if ((equals < 0 ? pair : pair[..equals]).SequenceEqual(name))
            {
                value = equals < 0 ? [] : pair[(equals + 1)..];
                return true;
            }

            rest = end < 0 ? [] : rest[end..];
        }

        value = [];
        return false;
    }

    /// <summary>A header of the request or of its content; repeated values are joined by a comma. The last one is remembered: rules in a row
    /// mostly ask for the same header, and finding it takes longer than comparing it.</summary>
    public bool TryGetHeader(string name, out ReadOnlySpan<char> value)
    {
        if (!string.Equals(_lastName, name))
        {
            (_lastName, _lastValue) = (name, FindHeader(name));
        }

        value = _lastValue;
        return _lastValue is not null;
    }

    /// <summary>Its own frame: what the look-up needs on the stack is not cleared for rules that ask for a path alone.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly string? FindHeader(string name)
    {
        if (!HeaderLookup.TryFind(_request, name, out var values))
        {
            return null;
        }

        return values.Count == 1 ? values.ToString() : string.Join(',', values);
    }
}
