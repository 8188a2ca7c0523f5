using System.Text;
using System.Text.Json;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>A Service as the mesh's configuration writes it.</summary>
internal static class ServiceDocument
{
    /// <param name="key">Its name.</param>
    /// <param name="service">What is read of it.</param>
    public static MeshDocument Of(ResourceKey key, ServiceObject service)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartObject("Services");
            json.WriteStartObject(key.ToString());
            json.WriteString("Discovery", KubernetesEndpointSource.SourceName);
            if (service.Metadata?.CreationTimestamp is { Length: > 0 } created)
            {
                json.WriteStartObject("metadata");
                json.WriteString("creationTimestamp", created);
                json.WriteEndObject();
            }

            var spec = service.Spec ?? ServiceSpec.Empty;
            if (spec.IsExternalName)
            {
                json.WriteBoolean("External", true);
            }

            WritePorts(json, spec);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return MeshDocument.Fallback($"Service/{key}", Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
    }

    private static void WritePorts(Utf8JsonWriter json, ServiceSpec spec)
    {
        json.WriteStartArray("Ports");
        foreach (var port in spec.TcpPorts.Where(port => ServicePorts.IsPort(port.Port)).DistinctBy(port => port.Port))
        {
            json.WriteStartObject();
            json.WriteNumber("Number", port.Port);
            if (!string.IsNullOrEmpty(port.Name))
            {
                json.WriteString("Name", port.Name);
            }

            if (ServicePorts.NumberOf(port.TargetPort) is { } target)
            {
                json.WriteNumber("TargetPort", target);
            }

            if (ProtocolOf(port) is { } protocol)
            {
                json.WriteString("Protocol", protocol);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>As Istio tells it: by appProtocol, else by the beginning of the port's name.</summary>
    private static string? ProtocolOf(ServicePortObject port)
    {
        var told = port.AppProtocol is { Length: > 0 } protocol ? protocol : port.Name?.Split('-')[0];
        return told?.ToUpperInvariant() switch
        {
            "HTTP" => "HTTP",
            "HTTPS" => "HTTPS",
            "HTTP2" or "H2C" or "KUBERNETES.IO/H2C" => "HTTP2",
            "GRPC" or "GRPC-WEB" => "GRPC",
            _ => null,
        };
    }
}
