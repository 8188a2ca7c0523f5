using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>A real kube-apiserver with its etcd, on free ports of loopback, that a test may kill, pause and make forget its history. It ends
/// with the test process, however that ends.</summary>
internal sealed class KubeServer : IAsyncDisposable
{
    /// <summary>Two servers may have found the same port free.</summary>
    private const int StartAttempts = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-kube").FullName;
    private Process? _process;
    private string _store = "";
    private KubeApi? _api;

    private KubeServer()
    {
    }

    /// <summary>The address of the API server.</summary>
    public Uri Address { get; private set; } = new("https://127.0.0.1/");

    /// <summary>An administrator's.</summary>
    public string KubeConfig => File("kubeconfig");

    /// <summary>Of a user in group <c>readers</c>, who may do nothing until a test grants it.</summary>
    public string ReaderKubeConfig => File("reader.kubeconfig");

    /// <summary>Writes objects, as an administrator.</summary>
    public KubeApi Api => _api ?? throw new InvalidOperationException("The server is not started.");

    /// <param name="resources">The files below eng/kube/crds whose resources are to be served from the beginning; all by default.</param>
    /// <param name="flags">Further flags of kube-apiserver.</param>
    public static async Task<KubeServer> StartAsync(string[]? resources = null, params string[] flags)
    {
        var server = new KubeServer();
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var answer = await server.LaunchAsync(flags);
                if (answer == "READY")
                {
                    break;
                }

                server.End();
                if (attempt == StartAttempts)
                {
                    throw new InvalidOperationException($"kube-apiserver did not start: {answer}");
                }
            }

            server._api = new KubeApi(server.Address, server.File("ca.crt"), await System.IO.File.ReadAllTextAsync(server.File("admin.token")));

            // A server that is ready makes it a moment later.
            await Eventually.TrueAsync(() => server.Api.IsServedAsync("/api/v1/namespaces/default"));
            foreach (var name in resources ?? ["endpointslices", "istio", "gateway-api", "openshift"])
            {
                await server.ServeAsync(name);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A file of the server's folder: <c>ca.crt</c>, <c>admin.crt</c> and <c>admin.key</c>, <c>admin.token</c>, <c>reader.token</c>,
    /// <c>tokens.csv</c>, <c>api.log</c>.</summary>
    public string File(string name) => Path.Combine(_folder, name);

    /// <summary>Adds the custom resources of a file below eng/kube/crds; returns when they are served.</summary>
    public async Task ServeAsync(string name)
    {
        var file = RepositoryRoot.Combine("eng", "kube", "crds", name + ".yaml");
        await KubectlAsync("apply", "-f", file);
        await KubectlAsync("wait", "--for", "condition=established", "--timeout", "60s", "-f", file);
        foreach (var block in (await System.IO.File.ReadAllTextAsync(file)).Split("\n---\n"))
        {
            var lines = block.Split('\n');
            var group = lines.First(line => line.StartsWith("  group: ", StringComparison.Ordinal))["  group: ".Length..];
            var resource = lines.First(line => line.StartsWith("  name: ", StringComparison.Ordinal))["  name: ".Length..].Split('.')[0];
            // Established is not yet served, and what is served is told a little later.
            await Eventually.TrueAsync(() => _api!.IsServedAsync($"/apis/{group}/v1/{resource}"));
            await Eventually.TrueAsync(async () => (await _api!.GetAsync($"/apis/{group}/v1")).Contains($"\"name\":\"{resource}\"", StringComparison.Ordinal));
        }
    }

    public Task<string> KubectlAsync(params string[] arguments)
        => RunAsync("kubectl", ["--kubeconfig", KubeConfig, "--cache-dir", File("kubectl-cache"), .. arguments]);

    /// <summary>Ends the API server at once, with every watch on it; etcd keeps the objects.</summary>
    public Task KillAsync() => TellAsync("kill");

    /// <summary>On the same port, after <see cref="KillAsync"/>; returns when it is ready.</summary>
    public Task RestartAsync() => TellAsync("start");

    /// <summary>The API server keeps its connections and does nothing.</summary>
    public Task PauseAsync() => TellAsync("pause");

    public Task ResumeAsync() => TellAsync("resume");

    /// <summary>Changes an object behind the API server's back, as another API server on the same etcd would while this one is down.</summary>
    /// <param name="key">Such as <c>networking.istio.io/virtualservices/default/one</c>. Custom resources are kept as JSON; others are not.</param>
    /// <param name="change">From the text that is there to the one that takes its place.</param>
    public async Task ChangeInStoreAsync(string key, Func<string, string> change)
    {
        var old = await RunAsync("etcdctl", ["--endpoints", _store, "get", "--print-value-only", "/registry/" + key]);
        await RunAsync("etcdctl", ["--endpoints", _store, "put", "/registry/" + key, change(old.TrimEnd('\n'))]);
    }

    /// <summary>etcd forgets all history up to now.</summary>
    public Task CompactAsync() => TellAsync("compact");

    public ValueTask DisposeAsync()
    {
        _api?.Dispose();
        End();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string Programs => ExternalPrograms.Kubernetes ?? throw new InvalidOperationException(ExternalPrograms.KubernetesMissing);

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Programs, program), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ETCDCTL_API"] = "3" },
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {await error}");
    }

    private async Task<string?> LaunchAsync(string[] flags)
    {
        var ports = FindPorts(3);
        Address = new Uri($"https://127.0.0.1:{ports[2]}/");
        _store = "127.0.0.1:" + ports[0];
        var start = new ProcessStartInfo(RepositoryRoot.Combine("eng", "kube", "serve"), [_folder, .. ports])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["MESH_KUBE"] = Programs, ["KUBE_FLAGS"] = string.Join(' ', flags) },
        };
        _process = Process.Start(start)!;
        return await _process.StandardOutput.ReadLineAsync();
    }

    private async Task TellAsync(string word)
    {
        var process = _process ?? throw new InvalidOperationException("The server has ended.");
        await process.StandardInput.WriteLineAsync(word);
        var answer = await process.StandardOutput.ReadLineAsync();
        if (answer != "OK " + word)
        {
            throw new InvalidOperationException($"The server answered {answer} to {word}.");
        }
    }

    private void End()
    {
        if (_process is { } process)
        {
            _process = null;
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
        }
    }

    private static string[] FindPorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        string[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture))];
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}
