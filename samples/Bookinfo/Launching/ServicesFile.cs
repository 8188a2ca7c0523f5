using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bookinfo.Launching;

/// <summary>The endpoints of a set that does not use the ports of appsettings.json, as a file of configuration that every service adds.</summary>
internal sealed class ServicesFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly DirectoryInfo _folder;

    private ServicesFile(DirectoryInfo folder)
    {
        _folder = folder;
    }

    public string Path => System.IO.Path.Combine(_folder.FullName, "services.json");

    public static ServicesFile Write(IReadOnlyList<InstanceSpec> instances)
    {
        var services = new JsonObject();
        foreach (var group in instances.GroupBy(instance => instance.Service))
        {
            services[group.Key] = new JsonObject
            {
                ["Ports"] = new JsonArray(new JsonObject { ["Number"] = ServiceCatalog.ServicePort, ["Name"] = "http" }),
                ["Endpoints"] = new JsonArray([.. group.Select(Endpoint)]),
            };
        }

        var file = new ServicesFile(Directory.CreateTempSubdirectory("bookinfo-"));
        File.WriteAllText(file.Path, new JsonObject { ["Mesh"] = new JsonObject { ["Services"] = services } }.ToJsonString(Indented));
        return file;
    }

    public void Delete()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // Something still looks at it; the system clears its temporary folder sooner or later.
        }
    }

    private static JsonObject Endpoint(InstanceSpec instance) => new()
    {
        ["Address"] = instance.Authority,
        ["Labels"] = new JsonObject { ["app"] = instance.Service, ["version"] = instance.Version },
    };
}
