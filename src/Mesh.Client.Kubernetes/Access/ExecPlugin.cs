using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using k8s.KubeConfigModels;

namespace Mesh.Client.Kubernetes.Access;

/// <summary>
/// A program that gives credentials (<c>exec</c> of a kubeconfig, client.authentication.k8s.io/v1 and v1beta1). Run here and not by the client
/// library, which joins the arguments with spaces, so that one with a space in it becomes two, and does not say what the program complained about.
/// </summary>
internal sealed class ExecPlugin(ExternalExecution exec, KubeConfigFile file, string place, TimeProvider timeProvider)
{
    /// <summary>Plugins go over the network, but nobody sits there to type a password.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Asked anew so long before its credentials expire.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(30);

    private string Name => $"{place}: the exec plugin '{exec.Command}'";

    public async Task<KubernetesAccess> CompleteAsync(KubernetesAccess access, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(exec.Command))
        {
            throw new KubernetesAccessException($"{place} has exec without a command.");
        }

        using var answer = Parse(await RunAsync(access, cancellationToken).ConfigureAwait(false));
        var status = answer.RootElement.TryGetProperty("status", out var found) && found.ValueKind == JsonValueKind.Object
            ? found
            : throw new KubernetesAccessException($"{Name} answered without a status.");
        var token = Text(status, "token");
        var certificate = Text(status, "clientCertificateData");
        var key = Text(status, "clientKeyData");
        if (token is null && (certificate is null || key is null))
        {
            throw new KubernetesAccessException($"{Name} answered with neither a token nor a client certificate and its key.");
        }

        return access with
        {
            Authorization = token is null ? access.Authorization : AccessFile.Bearer(token, Name),
            Transport = certificate is null ? access.Transport : access.Transport with { ClientCertificate = certificate, ClientKey = key },
            RefreshAt = Expiry(status),
        };
    }

    private DateTimeOffset? Expiry(JsonElement status)
    {
        if (Text(status, "expirationTimestamp") is not { } text)
        {
            return null;
        }

        if (!status.GetProperty("expirationTimestamp").TryGetDateTimeOffset(out var expiry))
        {
            throw new KubernetesAccessException($"{Name} answered with expirationTimestamp '{text}', which is no time such as 2030-01-01T00:00:00Z.");
        }

        // A clock that differs from the server's is not to run the plugin for each request; a refusal has it run again.
        var soonest = timeProvider.GetUtcNow() + Ahead;
        return expiry - Ahead > soonest ? expiry - Ahead : soonest;
    }

    private static string? Text(JsonElement status, string name)
        => status.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private JsonDocument Parse(string output)
    {
        try
        {
            var answer = JsonDocument.Parse(output);
            return answer.RootElement.ValueKind == JsonValueKind.Object
                ? answer
                : throw new KubernetesAccessException($"{Name} answered with something else than an ExecCredential object.");
        }
        catch (JsonException exception)
        {
            throw new KubernetesAccessException($"{Name} answered with something else than an ExecCredential object: {exception.Message}", exception);
        }
    }

    private async Task<string> RunAsync(KubernetesAccess access, CancellationToken cancellationToken)
    {
        // As in kubectl, a command with a slash is a path, relative to the file.
        var command = exec.Command.Contains('/', StringComparison.Ordinal) ? file.Resolve(exec.Command) : exec.Command;
        var start = new ProcessStartInfo(command, exec.Arguments ?? [])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var variable in exec.EnvironmentVariables ?? [])
        {
            if (variable.TryGetValue("name", out var name) && !string.IsNullOrEmpty(name))
            {
                start.Environment[name] = variable.GetValueOrDefault("value");
            }
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = Info(access.Transport);
        using var limit = new CancellationTokenSource(Limit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var process = Process.Start(start) ?? throw new InvalidOperationException("no process was started");
            try
            {
                process.StandardInput.Close();
                var error = process.StandardError.ReadToEndAsync(either.Token);
                var output = await process.StandardOutput.ReadToEndAsync(either.Token).ConfigureAwait(false);
                await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
                return process.ExitCode == 0
                    ? output
                    : throw new KubernetesAccessException($"{Name} ended with code {process.ExitCode}: {Tail(await error.ConfigureAwait(false))}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesAccessException($"{Name} did not end within {Limit.TotalSeconds} s and was stopped.", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or Win32Exception)
        {
            var hint = string.IsNullOrEmpty(exec.InstallHint) ? "" : " " + exec.InstallHint.Trim();
            throw new KubernetesAccessException($"{Name} cannot be run: {exception.Message}{hint}", exception);
        }
    }

    private string Info(TransportSettings transport)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", exec.ApiVersion);
            json.WriteString("kind", "ExecCredential");
            json.WriteStartObject("spec");
            json.WriteBoolean("interactive", false);
            if (exec.ProvideClusterInfo)
            {
                json.WriteStartObject("cluster");
                json.WriteString("server", transport.Server.AbsoluteUri.TrimEnd('/'));
                json.WriteBoolean("insecure-skip-tls-verify", transport.SkipsTlsCheck);
                if (transport.TlsServerName is { } name)
                {
                    json.WriteString("tls-server-name", name);
                }

                if (transport.Authorities is { } authorities)
                {
                    json.WriteBase64String("certificate-authority-data", Encoding.UTF8.GetBytes(authorities));
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static string Tail(string text) => text.Trim() is { Length: > 300 } trimmed ? trimmed[^300..] : text.Trim();
}
