using System.Net;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes.Tests.Access;

/// <summary>Who is let in by a real API server, and which server is believed.</summary>
public sealed class KubeAccessTests(SharedKube kube) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-kube-access").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [KubeFact]
    public async Task Token_of_a_kubeconfig_is_let_in()
    {
        var api = await kube.ServerAsync();
        using var server = Watches.Connect(api.KubeConfig);

        Assert.Equal(HttpStatusCode.OK, await AskAsync(server));
    }

    [KubeFact]
    public async Task Client_certificate_is_let_in()
    {
        var api = await kube.ServerAsync();
        using var server = await ConnectAsync(api.Address, api.File("ca.crt"), $"client-certificate: \"{api.File("admin.crt")}\", client-key: \"{api.File("admin.key")}\"");

        Assert.Equal(HttpStatusCode.OK, await AskAsync(server));
    }

    [KubeFact]
    public async Task Exec_plugin_is_let_in_by_the_token_that_it_gives()
    {
        var api = await kube.ServerAsync();
        var plugin = $$$"""exec: { command: sh, args: ["-c", "printf '{\"status\":{\"token\":\"%s\"} }' $(cat '{{{api.File("admin.token")}}}')"], apiVersion: client.authentication.k8s.io/v1 }""";
        using var server = await ConnectAsync(api.Address, api.File("ca.crt"), plugin);

        Assert.Equal(HttpStatusCode.OK, await AskAsync(server));
    }

    [KubeFact]
    public async Task Pod_is_let_in_by_the_token_of_its_service_account()
    {
        var api = await kube.ServerAsync();
        File.Copy(api.File("admin.token"), Path.Combine(_folder, "token"));
        File.Copy(api.File("ca.crt"), Path.Combine(_folder, "ca.crt"));
        var environment = new Dictionary<string, string>
        {
            ["KUBERNETES_SERVICE_HOST"] = api.Address.Host,
            ["KUBERNETES_SERVICE_PORT"] = api.Address.Port.ToString(null, null),
        };
        var loader = new AccessLoader(null, null, environment.GetValueOrDefault, TimeProvider.System) { ServiceAccountFolder = _folder };
        using var server = new ApiServer(loader, TimeProvider.System);

        Assert.Equal(HttpStatusCode.OK, await AskAsync(server));
    }

    [KubeFact]
    public async Task Server_under_a_name_that_its_certificate_does_not_have_is_refused()
    {
        var api = await kube.ServerAsync();
        using var server = await ConnectAsync(new UriBuilder(api.Address) { Host = "localhost" }.Uri, api.File("ca.crt"), "token: any");

        var failure = await Assert.ThrowsAsync<KubernetesAccessException>(() => AskAsync(server));

        Assert.Contains("kubernetes.default.svc", failure.Message, StringComparison.Ordinal);
        Assert.Contains("and not for localhost, by which context 'test' of", failure.Message, StringComparison.Ordinal);
    }

    [KubeFact]
    public async Task Name_of_the_certificate_may_be_another_than_that_of_the_address_where_the_kubeconfig_says_so()
    {
        var api = await kube.ServerAsync();
        var token = await File.ReadAllTextAsync(api.File("admin.token"), TestContext.Current.CancellationToken);
        var address = new UriBuilder(api.Address) { Host = "localhost" }.Uri;
        using var server = await ConnectAsync(address, api.File("ca.crt"), $"token: {token}", ", tls-server-name: kubernetes.default.svc");
        using var wrong = await ConnectAsync(api.Address, api.File("ca.crt"), $"token: {token}", ", tls-server-name: other.default.svc");

        Assert.Equal(HttpStatusCode.OK, await AskAsync(server));
        Assert.Contains("and not for other.default.svc", (await Assert.ThrowsAsync<KubernetesAccessException>(() => AskAsync(wrong))).Message, StringComparison.Ordinal);
    }

    [KubeFact]
    public async Task Server_of_another_authority_is_refused_and_believed_once_the_right_one_is_named()
    {
        var api = await kube.ServerAsync();
        var token = await File.ReadAllTextAsync(api.File("admin.token"), TestContext.Current.CancellationToken);
        var authority = Path.Combine(_folder, "ca.crt");
        await File.WriteAllTextAsync(authority, TestCertificate.For("kubernetes").ExportCertificatePem(), TestContext.Current.CancellationToken);
        var clock = new TestClock();
        using var server = await ConnectAsync(api.Address, authority, $"token: {token}", clock: clock);

        var failure = await Assert.ThrowsAsync<KubernetesAccessException>(() => AskAsync(server));
        Assert.Contains($"{api.Address} is not trusted: The server's certificate (CN=kube-apiserver, issued by CN=mesh-test-kube) is not one that", failure.Message, StringComparison.Ordinal);

        File.Copy(api.File("ca.crt"), authority, overwrite: true);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server));
    }

    [KubeFact]
    public async Task Check_is_left_out_where_the_kubeconfig_says_so()
    {
        var api = await kube.ServerAsync();
        var token = await File.ReadAllTextAsync(api.File("admin.token"), TestContext.Current.CancellationToken);
        var authority = Path.Combine(_folder, "ca.crt");
        await File.WriteAllTextAsync(authority, TestCertificate.For("kubernetes").ExportCertificatePem(), TestContext.Current.CancellationToken);
        using var server = await ConnectAsync(api.Address, authority, $"token: {token}", ", insecure-skip-tls-verify: true");

        Assert.Equal(HttpStatusCode.OK, await AskAsync(server));
    }

    [KubeFact]
    public async Task Impersonated_user_is_who_the_server_sees()
    {
        var api = await kube.ServerAsync();
        var token = await File.ReadAllTextAsync(api.File("admin.token"), TestContext.Current.CancellationToken);
        using var server = await ConnectAsync(api.Address, api.File("ca.crt"), $"token: {token}, as: nobody-at-all");

        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server));
    }

    [Fact]
    public async Task Authority_that_is_no_certificate_is_told()
    {
        var authority = Path.Combine(_folder, "ca.crt");
        await File.WriteAllTextAsync(authority, "nonsense", TestContext.Current.CancellationToken);
        using var server = await ConnectAsync(new Uri("https://127.0.0.1:1"), authority, "token: any");

        Assert.Contains(
            $"The certificate-authority of context 'test' of {_folder}/config holds no certificate in PEM.",
            (await Assert.ThrowsAsync<KubernetesAccessException>(() => AskAsync(server))).Message,
            StringComparison.Ordinal);
    }

    /// <summary>TLS goes by the clock of the machine, whatever that of the mesh is: one that is behind finds a new certificate too new.</summary>
    [Theory]
    [InlineData(1, 3)]
    [InlineData(-3, -1)]
    public async Task Server_whose_certificate_is_of_another_time_is_refused_with_its_time_and_ours(int start, int end)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = TestCertificate.During(now.AddDays(start), now.AddDays(end), "kubernetes");
        var authority = Path.Combine(_folder, "ca.crt");
        await File.WriteAllTextAsync(authority, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        await using var application = builder.Build();
        await application.StartAsync(TestContext.Current.CancellationToken);
        using var server = await ConnectAsync(new Uri(application.Urls.Single()), authority, "token: any", ", tls-server-name: kubernetes");

        var failure = await Assert.ThrowsAsync<KubernetesAccessException>(() => AskAsync(server));

        Assert.Contains($"CN=kubernetes holds from {now.AddDays(start):yyyy-MM-dd} ", failure.Message, StringComparison.Ordinal);
        Assert.Contains($" to {now.AddDays(end):yyyy-MM-dd} ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("by the clock of this machine.", failure.Message, StringComparison.Ordinal);
    }

    private async Task<ApiServer> ConnectAsync(Uri address, string authority, string user, string cluster = "", TimeProvider? clock = null)
    {
        var path = Path.Combine(_folder, "config");
        path = File.Exists(path) ? path + "2" : path;
        await File.WriteAllTextAsync(path, KubeConfigs.For(address, authority, user, cluster));
        var loader = new AccessLoader(path, null, _ => null, clock ?? TimeProvider.System);
        return new ApiServer(loader, clock ?? TimeProvider.System);
    }

    private static async Task<HttpStatusCode> AskAsync(ApiServer server)
    {
        using var response = await server.SendAsync(new ApiRequest(HttpMethod.Get, "api/v1/nodes"), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
