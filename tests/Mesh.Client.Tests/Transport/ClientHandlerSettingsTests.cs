using System.Net;
using System.Reflection;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Mesh.Client.Model;
using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;
using Mesh.Client.Transport;

namespace Mesh.Client.Tests.Transport;

/// <summary>What becomes of every property of a client's HttpClientHandler.</summary>
public sealed class ClientHandlerSettingsTests
{
    private enum Fate
    {
        /// <summary>Holds for the mesh's own connections.</summary>
        Copied,

        /// <summary>Done above the mesh.</summary>
        Above,

        /// <summary>The handler goes on sending by itself.</summary>
        Refused,

        /// <summary>Means nothing for a known host, or nothing at all.</summary>
        Without,
    }

    private static readonly Dictionary<string, (Fate Fate, Action<HttpClientHandler> Change)> Settings = new()
    {
        ["AllowAutoRedirect"] = (Fate.Above, handler => handler.AllowAutoRedirect = false),
        ["AutomaticDecompression"] = (Fate.Copied, handler => handler.AutomaticDecompression = DecompressionMethods.All),
        ["CheckCertificateRevocationList"] = (Fate.Copied, handler => handler.CheckCertificateRevocationList = true),
        ["ClientCertificateOptions"] = (Fate.Copied, handler => handler.ClientCertificateOptions = ClientCertificateOption.Automatic),
        ["ClientCertificates"] = (Fate.Copied, handler => handler.ClientCertificates.Add(TestCertificate.ForClient("caller"))),
        ["CookieContainer"] = (Fate.Above, handler => handler.CookieContainer = new CookieContainer()),
        ["Credentials"] = (Fate.Refused, handler => handler.Credentials = new NetworkCredential("user", "secret")),
        ["DefaultProxyCredentials"] = (Fate.Without, handler => handler.DefaultProxyCredentials = new NetworkCredential("user", "secret")),
        ["MaxAutomaticRedirections"] = (Fate.Above, handler => handler.MaxAutomaticRedirections = 3),
        ["MaxConnectionsPerServer"] = (Fate.Copied, handler => handler.MaxConnectionsPerServer = 3),
        ["MaxRequestContentBufferSize"] = (Fate.Without, handler => handler.MaxRequestContentBufferSize = 1000),
        ["MaxResponseHeadersLength"] = (Fate.Copied, handler => handler.MaxResponseHeadersLength = 3),
        ["MeterFactory"] = (Fate.Copied, handler => handler.MeterFactory = new ScopedMeterFactory()),
        ["PreAuthenticate"] = (Fate.Without, handler => handler.PreAuthenticate = true),
        ["Properties"] = (Fate.Without, handler => handler.Properties["mine"] = true),
        ["Proxy"] = (Fate.Refused, handler => handler.Proxy = new WebProxy("http://127.0.0.1:3128")),
        ["ServerCertificateCustomValidationCallback"] = (Fate.Copied, handler => handler.ServerCertificateCustomValidationCallback = (_, _, _, _) => false),
        ["SslProtocols"] = (Fate.Copied, handler => handler.SslProtocols = SslProtocols.Tls13),
        ["SupportsAutomaticDecompression"] = (Fate.Without, ReadOnly),
        ["SupportsProxy"] = (Fate.Without, ReadOnly),
        ["SupportsRedirectConfiguration"] = (Fate.Without, ReadOnly),
        ["UseCookies"] = (Fate.Above, handler => handler.UseCookies = false),
        ["UseDefaultCredentials"] = (Fate.Refused, handler => handler.UseDefaultCredentials = true),
        ["UseProxy"] = (Fate.Without, handler => handler.UseProxy = false),
    };

    public static TheoryData<string> SettingNames => [.. Settings.Keys];

    [Fact]
    public void Properties_of_HttpClientHandler_are_all_accounted_for()
        => Assert.Equal(
            Settings.Keys.Order(StringComparer.Ordinal),
            typeof(HttpClientHandler).GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Select(property => property.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(SettingNames))]
    public void Setting_of_HttpClientHandler_goes_where_it_belongs(string name)
    {
        using var pool = new TransportPool(TimeProvider.System, static (_, _) => { });
        using var plain = new HttpClientHandler();
        using var changed = new HttpClientHandler();
        var (fate, change) = Settings[name];
        change(changed);
        var before = ClientBinding.For(plain, pool);
        var after = ClientBinding.For(changed, pool);

        Assert.Equal(fate == Fate.Refused, after.Transport is null);
        Assert.Equal(fate is Fate.Above or Fate.Without, ReferenceEquals(before.Transport, after.Transport));
        if (fate != Fate.Refused)
        {
            Assert.Same(changed.UseCookies ? changed.CookieContainer : null, after.Cookies);
            Assert.Equal(changed.AllowAutoRedirect ? changed.MaxAutomaticRedirections : 0, after.MaxRedirects);
        }
    }

    [Fact]
    public void Copied_settings_reach_the_handler_of_an_endpoint()
    {
        using var meters = new ScopedMeterFactory();
        using var client = new HttpClientHandler
        {
            AutomaticDecompression = DecompressionMethods.Brotli,
            CheckCertificateRevocationList = true,
            MaxConnectionsPerServer = 3,
            MaxResponseHeadersLength = 5,
            MeterFactory = meters,
            SslProtocols = SslProtocols.Tls13,
        };
        using var made = TransportPolicy.FromPrimaryHandler(client)!.CreateHandler(new ConnectionPolicy { ConnectTimeout = TimeSpan.FromSeconds(1) });

        Assert.Equal(DecompressionMethods.Brotli, made.AutomaticDecompression);
        Assert.Equal(X509RevocationMode.Online, made.SslOptions.CertificateRevocationCheckMode);
        Assert.Equal(3, made.MaxConnectionsPerServer);
        Assert.Equal(5, made.MaxResponseHeadersLength);
        Assert.Same(meters, made.MeterFactory);
        Assert.Equal(SslProtocols.Tls13, made.SslOptions.EnabledSslProtocols);
    }

    [Fact]
    public void Default_HttpClientHandler_and_SocketsHttpHandler_share_connections()
    {
        using var client = new HttpClientHandler();
        using var sockets = new SocketsHttpHandler();
        Assert.Equal(TransportPolicy.FromPrimaryHandler(sockets), TransportPolicy.FromPrimaryHandler(client));
    }

    [Fact]
    public void Subclass_of_HttpClientHandler_keeps_its_connections()
    {
        using var subclass = new Subclass();
        Assert.Null(TransportPolicy.FromPrimaryHandler(subclass));
    }

    [Fact]
    public void Equal_callbacks_share_connections()
    {
        var callback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator;
        using var one = new HttpClientHandler { ServerCertificateCustomValidationCallback = callback };
        using var other = new HttpClientHandler { ServerCertificateCustomValidationCallback = callback };
        Assert.Equal(TransportPolicy.FromPrimaryHandler(one), TransportPolicy.FromPrimaryHandler(other));
    }

    private static void ReadOnly(HttpClientHandler handler)
    {
    }

    private sealed class Subclass : HttpClientHandler;
}
