using System.Text.Json.Nodes;
using Mesh.Client.EndToEnd.Tests.Harness;

namespace Mesh.Client.EndToEnd.Tests.Cluster;

/// <summary>A process that stands for a pod of a Deployment: with its arguments, on an address of its own, as the account that its manifest names.</summary>
internal sealed class ClusterPod : IAsyncDisposable
{
    private BookinfoConsole? _process;

    /// <param name="deployment">What makes it, as the API server keeps it.</param>
    /// <param name="index">Its number in its Deployment, from 0.</param>
    /// <param name="address">Of loopback.</param>
    public ClusterPod(JsonNode deployment, int index, string address)
    {
        Template = deployment["spec"]!["template"]!;
        Name = $"{(string)deployment["metadata"]!["name"]!}-{index}";
        Address = address;
    }

    public string Name { get; }

    public string Address { get; }

    public JsonNode Template { get; }

    public string Service => Label("app");

    public string Version => Label("version");

    /// <summary>The account whose token is mounted; null where none is.</summary>
    public string? Account => (bool?)Template["spec"]!["automountServiceAccountToken"] != false ? (string)Template["spec"]!["serviceAccountName"]! : null;

    public BookinfoConsole Process => _process ?? throw new InvalidOperationException($"{Name} was not started.");

    /// <param name="settings">The folder that stands for the mounted ConfigMap.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="kubeConfig">What stands for the mounted token; null for a pod without one.</param>
    public async Task StartAsync(string settings, int port, string? kubeConfig)
    {
        var container = Template["spec"]!["containers"]![0]!;
        var arguments = container["args"]!.AsArray().Select(argument => Place((string)argument!, settings, port));
        _process = BookinfoConsole.StartIn(
            new Dictionary<string, string>
            {
                ["POD_NAME"] = Name,
                ["POD_NAMESPACE"] = Kubernetes.Tests.Deployment.BookinfoManifests.Namespace,
                // A pod without a token has no cluster to ask.
                ["KUBECONFIG"] = kubeConfig ?? "/dev/null",
            },
            arguments);
        await _process.SaysAsync($"as {Name}");
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private string Label(string name) => (string)Template["metadata"]!["labels"]![name]!;

    /// <summary>What differs between a container and a process beside others on one machine.</summary>
    private string Place(string argument, string settings, int port) => argument switch
    {
        "--listen=*" => $"--listen={Address}",
        "--port=9080" => $"--port={port}",
        "--content-root=/etc/bookinfo" => $"--content-root={settings}",
        _ => argument.Replace("$(POD_NAME)", Name, StringComparison.Ordinal),
    };
}
