using System.Text;
using System.Text.Json;
using Mesh.Client.Configuration;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Services;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes.Identity;

/// <summary>Who this process is, as its surroundings tell it: the options, the variables and files of the downward API, the service account.</summary>
/// <param name="options">The options.</param>
/// <param name="access">Where the API server is.</param>
/// <param name="environment">Variables of the environment.</param>
/// <param name="logger">Told of a file that cannot be used.</param>
internal sealed class WorkloadIdentity(MeshKubernetesOptions options, AccessLoader access, Func<string, string?> environment, ILogger logger)
{
    /// <summary>As a document of rules; it is read anew each time.</summary>
    /// <param name="locality">Where its node stands; null where that is not known.</param>
    public MeshDocument Document(string? locality)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("DefaultDiscovery", KubernetesEndpointSource.SourceName);
            json.WriteString("Domain", options.ClusterDomain);
            if ((options.Namespace ?? Variable("POD_NAMESPACE") ?? access.FindNamespace()) is { } space)
            {
                json.WriteString("Namespace", space);
            }

            WriteWorkload(json, locality);
            json.WriteEndObject();
        }

        return MeshDocument.Fallback("Kubernetes", Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
    }

    private void WriteWorkload(Utf8JsonWriter json, string? locality)
    {
        var labels = ReadLabels();
        var name = Variable("POD_NAME") is { } pod ? WorkloadName.Of(pod, labels) : null;
        if (name is null && labels.Count == 0 && locality is null)
        {
            return;
        }

        json.WriteStartObject("Workload");
        if (name is not null)
        {
            json.WriteString("Name", name);
        }

        if (locality is not null)
        {
            json.WriteString("Locality", locality);
        }

        if (labels.Count > 0)
        {
            json.WriteStartObject("Labels");
            foreach (var (label, value) in labels)
            {
                json.WriteString(label, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private Dictionary<string, string> ReadLabels()
    {
        if (options.LabelsFile is not { } file || !File.Exists(file))
        {
            return [];
        }

        try
        {
            return DownwardLabels.Parse(File.ReadAllText(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            ServiceLog.PodLabelsUnreadable(logger, file, exception.Message);
            return [];
        }
    }

    private string? Variable(string name) => environment(name) is { Length: > 0 } value ? value : null;
}
