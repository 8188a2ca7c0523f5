using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Access;

/// <summary>Plugins of the credential API are real programs: shell scripts.</summary>
public sealed class ExecPluginTests : IDisposable
{
    private const string Answer = "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":";

    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-exec").FullName;
    private readonly TestClock _clock = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Token_is_taken_with_the_time_of_its_end()
    {
        var expiry = _clock.GetUtcNow() + TimeSpan.FromMinutes(10);

        var access = await LoadAsync($$$"""echo '{{{Answer}}}{"token":"abc","expirationTimestamp":"{{{expiry:O}}}"}}'""");

        Assert.Equal(("abc", expiry - TimeSpan.FromSeconds(30)), (access.Authorization!.Parameter!, access.RefreshAt!.Value));
    }

    [Fact]
    public async Task Token_that_has_ended_already_does_not_run_the_plugin_for_each_request()
    {
        var access = await LoadAsync($$$"""echo '{{{Answer}}}{"token":"abc","expirationTimestamp":"2001-01-01T00:00:00Z"}}'""");

        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromSeconds(30), access.RefreshAt);
    }

    [Fact]
    public async Task Client_certificate_is_taken()
    {
        var access = await LoadAsync($$$"""echo '{{{Answer}}}{"clientCertificateData":"CRT","clientKeyData":"KEY"}}'""");

        Assert.Equal(("CRT", "KEY", null, null), (access.Transport.ClientCertificate, access.Transport.ClientKey, access.Authorization, access.RefreshAt));
    }

    [Fact]
    public async Task Arguments_with_spaces_variables_and_warnings_reach_their_ends()
    {
        var access = await LoadAsync(
            $$$"""echo beware >&2; echo "$1" > seen; echo "$KUBERNETES_EXEC_INFO" >> seen; echo '{{{Answer}}}{"token":"'"$VARIABLE"'"}}'""",
            "args: [\"one two\"], env: [{ name: VARIABLE, value: from-env }], provideClusterInfo: true");

        var seen = await File.ReadAllLinesAsync(Path.Combine(_folder, "seen"), TestContext.Current.CancellationToken);
        Assert.Equal(("from-env", "one two"), (access.Authorization!.Parameter!, seen[0]));
        Assert.StartsWith(
            """{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false,"cluster":{"server":"https://a",""", seen[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo log in first >&2; exit 3", "ended with code 3: log in first")]
    [InlineData("echo nonsense", "answered with something else than an ExecCredential object")]
    [InlineData("echo '[]'", "answered with something else than an ExecCredential object")]
    [InlineData("echo '{}'", "answered without a status")]
    [InlineData("echo '{\"status\":{}}'", "answered with neither a token nor a client certificate and its key")]
    [InlineData("echo '{\"status\":{\"token\":\"a\",\"expirationTimestamp\":\"soon\"}}'", "answered with expirationTimestamp 'soon', which is no time")]
    public async Task Plugin_that_gives_nothing_is_told(string script, string expected)
    {
        var failure = await Assert.ThrowsAsync<KubernetesAccessException>(() => LoadAsync(script));

        Assert.StartsWith($"User 'test' of {_folder}/config: the exec plugin './plugin' ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plugin_that_is_not_installed_is_told_with_its_hint()
    {
        var path = Write("config", KubeConfigs.For(
            new Uri("https://a"), Write("ca.crt", "PEM"), "exec: { command: no-such-plugin, apiVersion: client.authentication.k8s.io/v1, installHint: \"Get it from the shop.\" }"));

        var failure = await Assert.ThrowsAsync<KubernetesAccessException>(() => LoadFileAsync(path));

        Assert.Contains("the exec plugin 'no-such-plugin' cannot be run", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("Get it from the shop.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plugin_that_hangs_is_stopped()
    {
        var loading = LoadAsync("echo $$ > pid; exec sleep 1000");
        var file = Path.Combine(_folder, "pid");
        await Eventually.TrueAsync(() => File.Exists(file) && File.ReadAllText(file).EndsWith('\n'));
        _clock.Advance(TimeSpan.FromSeconds(60));

        var failure = await Assert.ThrowsAsync<KubernetesAccessException>(() => Eventually.EndsAsync(loading));
        Assert.Contains("did not end within 60 s and was stopped", failure.Message, StringComparison.Ordinal);
        var process = int.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), null);
        await Eventually.TrueAsync(() => !Directory.Exists($"/proc/{process}") || File.ReadAllText($"/proc/{process}/stat").Contains(") Z", StringComparison.Ordinal));
    }

    private Task<KubernetesAccess> LoadAsync(string script, string more = "args: []")
    {
        var plugin = Write("plugin", $"#!/bin/sh\ncd \"$(dirname \"$0\")\"\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var path = Write("config", KubeConfigs.For(
            new Uri("https://a"), Write("ca.crt", "PEM"), $"exec: {{ command: ./plugin, apiVersion: client.authentication.k8s.io/v1, {more} }}"));
        return LoadFileAsync(path);
    }

    private Task<KubernetesAccess> LoadFileAsync(string path)
        => new AccessLoader(path, context: null, _ => null, _clock).LoadAsync(TestContext.Current.CancellationToken);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
