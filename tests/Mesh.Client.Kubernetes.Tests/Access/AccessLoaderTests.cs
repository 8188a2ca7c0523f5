using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Access;

public sealed class AccessLoaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-access").FullName;
    private readonly Dictionary<string, string> _environment = [];
    private readonly TestClock _clock = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Current_context_of_the_named_file_is_taken()
    {
        var path = Write("config", KubeConfigs.For(new Uri("https://10.0.0.1:6443"), Write("ca.crt", "PEM"), "token: abc", ", tls-server-name: api, proxy-url: \"http://proxy:3128\""));

        var access = await LoadAsync(path);

        Assert.Equal(
            new TransportSettings(new Uri("https://10.0.0.1:6443/")) { Authorities = "PEM", TlsServerName = "api", Proxy = new Uri("http://proxy:3128") }, access.Transport);
        Assert.Equal(("Bearer abc", $"context 'test' of {path}", null), (access.Authorization!.ToString(), access.Place, access.RefreshAt));
    }

    [Fact]
    public async Task Other_context_is_taken_by_its_name_with_its_namespace()
    {
        var path = Write("config", """
            current-context: none
            clusters: [{ name: a, cluster: { server: "https://a" } }, { name: b, cluster: { server: "https://b/path" } }]
            contexts: [{ name: a, context: { cluster: a } }, { name: b, context: { cluster: b, namespace: shop } }]
            """);

        var access = await LoadAsync(path, context: "b");

        Assert.Equal((new Uri("https://b/path/"), "shop", null), (access.Transport.Server, access.Namespace, access.Authorization));
    }

    [Fact]
    public async Task Files_of_the_environment_are_read_together_and_their_paths_from_their_own_folders()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "one"));
        var one = Write("one/config", """
            contexts: [{ name: c, context: { cluster: c, user: u } }]
            users: [{ name: u, user: { client-certificate: mine.crt, client-key: mine.key } }]
            """);
        Write("one/mine.crt", "CERTIFICATE");
        Write("one/mine.key", "KEY");
        var two = Write("two", """
            current-context: c
            clusters: [{ name: c, cluster: { server: "https://c", insecure-skip-tls-verify: true } }]
            users: [{ name: u, user: { token: not-this } }]
            """);
        _environment["KUBECONFIG"] = string.Join(Path.PathSeparator, one, Path.Combine(_folder, "absent"), two);

        var access = await LoadAsync();

        Assert.Equal(
            new TransportSettings(new Uri("https://c/")) { ClientCertificate = "CERTIFICATE", ClientKey = "KEY", SkipsTlsCheck = true }, access.Transport);
        Assert.Null(access.Authorization);
    }

    [Fact]
    public async Task Pod_asks_as_its_service_account_and_reads_the_token_again_after_a_minute()
    {
        InPod("10.96.0.1", "443");
        Write("token", "abc\n");
        Write("ca.crt", "PEM");
        Write("namespace", "shop");

        var access = await LoadAsync();

        Assert.Equal(new TransportSettings(new Uri("https://10.96.0.1/")) { Authorities = "PEM" }, access.Transport);
        Assert.Equal(("Bearer abc", "shop"), (access.Authorization!.ToString(), access.Namespace));
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromMinutes(1), access.RefreshAt);
    }

    [Fact]
    public async Task Pod_of_an_IPv6_cluster_finds_its_server()
    {
        InPod("fd00::1", "6443");
        Write("token", "abc");
        Write("ca.crt", "PEM");

        Assert.Equal(new Uri("https://[fd00::1]:6443/"), (await LoadAsync()).Transport.Server);
    }

    [Fact]
    public async Task Context_in_a_pod_without_files_is_an_error()
    {
        InPod("10.96.0.1", "443");
        Write("token", "abc");

        Assert.Contains("Context 'x' is asked for", await RefuseAsync(context: "x"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_anywhere_is_told_with_all_places()
    {
        _environment["HOME"] = _folder;
        var message = await RefuseAsync();

        Assert.Contains("KUBECONFIG", message, StringComparison.Ordinal);
        Assert.Contains($"{_folder}/token", message, StringComparison.Ordinal);
        Assert.Contains($"{_folder}/.kube/config", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_in_the_home_folder_is_the_last_resort()
    {
        Directory.CreateDirectory(Path.Combine(_folder, ".kube"));
        Write(".kube/config", KubeConfigs.For(new Uri("https://home"), Write("ca.crt", "PEM"), "username: me, password: secret"));
        _environment["HOME"] = _folder;

        Assert.Equal("Basic bWU6c2VjcmV0", (await LoadAsync()).Authorization!.ToString());
    }

    [Fact]
    public async Task Token_file_beats_a_token_and_is_read_again()
    {
        Write("token", "from-file");
        var path = Write("config", KubeConfigs.For(new Uri("https://a"), Write("ca.crt", "PEM"), "tokenFile: token, token: other"));

        var access = await LoadAsync(path);

        Assert.Equal(("from-file", _clock.GetUtcNow() + TimeSpan.FromMinutes(1)), (access.Authorization!.Parameter!, access.RefreshAt!.Value));
    }

    [Fact]
    public async Task Impersonated_user_and_groups_become_headers()
    {
        var path = Write("config", KubeConfigs.For(new Uri("https://a"), Write("ca.crt", "PEM"), "token: abc, as: bob, as-groups: [g1, g2]"));

        Assert.Equal(
            ["Impersonate-User=bob", "Impersonate-Group=g1", "Impersonate-Group=g2"],
            (await LoadAsync(path)).Impersonation.Select(header => $"{header.Key}={header.Value}"));
    }

    [Theory]
    [InlineData("", "is no kubeconfig: an object with clusters, users and contexts is expected.")]
    [InlineData("just text", "is no kubeconfig: an object with clusters, users and contexts is expected.")]
    [InlineData("contexts: [", "line 2, is no kubeconfig")]
    [InlineData("clusters: 5", "is no kubeconfig: clusters in line 1 should be a list.")]
    [InlineData("\ncontexts: [ 5 ]", "is no kubeconfig: contexts in line 2 should be a list of objects.")]
    [InlineData("contexts: [{ name: [ a ] }]", "is no kubeconfig: name in line 1 should be a text.")]
    [InlineData("users: [{ name: a, user: text }]", "is no kubeconfig: user in line 1 should be an object.")]
    [InlineData("users: [{ name: a, user: { exec: { args: [ { } ] } } }]", "is no kubeconfig: args in line 1 should be a list of texts.")]
    [InlineData("clusters: [{ name: a, cluster: { insecure-skip-tls-verify: perhaps } }]", "is no kubeconfig: insecure-skip-tls-verify in line 1 should be true or false.")]
    [InlineData("clusters:\ncontexts:\n", "has no current-context. Set it, or name a context; there are: none.")]
    [InlineData("current-context: a", "has no context 'a'. There are: none.")]
    [InlineData("current-context: a\ncontexts: [{ name: b, context: {} }]", "has no context 'a'. There are: b.")]
    [InlineData("current-context: a\ncontexts: [{ name: a }]", "context 'a' of {0} is empty: cluster and user are expected.")]
    [InlineData("current-context: a\ncontexts: [{ name: a, context: { cluster: c } }]\nclusters: [{ name: d }]", "names cluster 'c'. There are: d.")]
    [InlineData("current-context: a\ncontexts: [{ name: a, context: { cluster: c } }]\nclusters: [{ name: c, cluster: { server: host } }]", "Cluster 'c' of {0} has server 'host': an address such as https://10.0.0.1:6443 is expected.")]
    [InlineData("current-context: a\ncontexts: [{ name: a, context: { cluster: c } }]\nclusters: [{ name: c, cluster: { server: 'https://c', certificate-authority: nowhere.crt } }]", "nowhere.crt, which should hold the certificate-authority of Cluster 'c' of {0}, cannot be read")]
    [InlineData("current-context: a\ncontexts: [{ name: a, context: { cluster: c } }]\nclusters: [{ name: c, cluster: { server: 'https://c', certificate-authority-data: '%' } }]", "Cluster 'c' of {0} has certificate-authority-data that is not base64.")]
    [InlineData("current-context: a\ncontexts: [{ name: a, context: { cluster: c, user: u } }]\nclusters: [{ name: c, cluster: { server: 'https://c' } }]", "names user 'u'. There are: none.")]
    public async Task Broken_file_is_told_with_its_place(string text, string expected)
    {
        var path = Write("config", text);

        var message = await RefuseAsync(path);

        Assert.Contains(string.Format(null, expected, path), message, StringComparison.Ordinal);
        Assert.Contains(path, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client-certificate-data: UEVN", "has a client-certificate and no client-key.")]
    [InlineData("tokenFile: nowhere", "nowhere, which should hold the token of user 'test', cannot be read")]
    [InlineData("token: \"a b\"", "should hold a token, and holds characters that no token has.")]
    [InlineData("auth-provider: { name: gcp }", "has auth-provider 'gcp', which Kubernetes gave up with 1.26.")]
    [InlineData("token: a, as: b, as-user-extra: { x: y }", "has as-user-extra, which is not supported; as and as-groups are.")]
    public async Task Broken_user_is_told_with_its_place(string user, string expected)
    {
        var path = Write("config", KubeConfigs.For(new Uri("https://a"), Write("ca.crt", "PEM"), user));

        Assert.Contains(expected, await RefuseAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_file_is_told()
        => Assert.Contains("/no/such/config, which should hold a kubeconfig, cannot be read", await RefuseAsync("/no/such/config"), StringComparison.Ordinal);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private void InPod(string host, string port)
    {
        _environment["KUBERNETES_SERVICE_HOST"] = host;
        _environment["KUBERNETES_SERVICE_PORT"] = port;
    }

    private Task<KubernetesAccess> LoadAsync(string? kubeConfig = null, string? context = null)
        => new AccessLoader(kubeConfig, context, _environment.GetValueOrDefault, _clock) { ServiceAccountFolder = _folder }
            .LoadAsync(TestContext.Current.CancellationToken);

    private async Task<string> RefuseAsync(string? kubeConfig = null, string? context = null)
        => (await Assert.ThrowsAsync<KubernetesAccessException>(() => LoadAsync(kubeConfig, context))).Message;
}
