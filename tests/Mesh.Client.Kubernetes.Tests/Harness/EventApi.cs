using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>An API server without sockets, in real time, that tells changes as fast as a test makes them. Selectors of names and labels are not looked at.</summary>
internal sealed class EventApi : HttpMessageHandler
{
    private const string Istio = "networking.istio.io/v1";

    private static readonly Lazy<string> File = new(() =>
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("mesh-events").FullName, "config");
        System.IO.File.WriteAllText(path, """
            apiVersion: v1
            kind: Config
            clusters: [{ name: test, cluster: { server: "http://events" } }]
            contexts: [{ name: test, context: { cluster: test } }]
            current-context: test
            """);
        return path;
    });

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<string, string>> _objects = [];
    private readonly Dictionary<string, List<ScriptedStream>> _streams = [];
    private readonly ConcurrentQueue<string> _requests = new();
    private int _version = 100;

    /// <summary>Paths of all requests so far.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Names a server that nobody connects to.</summary>
    public static string KubeConfig => File.Value;

    /// <summary>Changes so far.</summary>
    public int Changes => Volatile.Read(ref _version) - 100;

    /// <summary>Changes that were told and that nobody has read yet.</summary>
    public int Unread
    {
        get
        {
            lock (_gate)
            {
                return _streams.Values.Sum(streams => streams.Sum(stream => stream.Unread));
            }
        }
    }

    /// <summary>Adds an object or changes it, and tells those who watch.</summary>
    /// <param name="collection">The last part of its path, such as <c>endpointslices</c>.</param>
    /// <param name="space">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="fields">All else, as JSON, each with a comma in front.</param>
    /// <param name="labels">Its labels, as JSON.</param>
    public void Put(string collection, string space, string name, string fields, string labels = "{}")
    {
        lock (_gate)
        {
            var version = (++_version).ToString(CultureInfo.InvariantCulture);
            var json = $$"""{"metadata":{"name":"{{name}}","namespace":"{{space}}","resourceVersion":"{{version}}","creationTimestamp":"2026-01-01T00:00:00Z","labels":{{labels}}}{{fields.ReplaceLineEndings("")}}}""";
            var objects = _objects.GetValueOrDefault(collection) ?? (_objects[collection] = []);
            var line = ScriptedApi.Event(objects.ContainsKey(name) ? "MODIFIED" : "ADDED", json);
            objects[name] = json;
            foreach (var stream in _streams.GetValueOrDefault(collection) ?? [])
            {
                stream.Line(line);
            }
        }
    }

    /// <summary>Port 80 of pods with the label <c>app</c>.</summary>
    public void PutService(string name, string space) => Put("services", space, name, $$"""
        ,"spec":{"selector":{"app":"{{name}}"},"ports":[{"name":"http","port":80,"targetPort":8080}]}
        """);

    /// <summary>With one endpoint.</summary>
    public void PutSlice(string name, string service, string space, int port, int pod) => Put("endpointslices", space, name, string.Create(CultureInfo.InvariantCulture, $$"""
        ,"addressType":"IPv4","endpoints":[{{KubeObjects.Endpoint(pod)}}],"ports":[{"name":"http","port":{{port}},"protocol":"TCP"}]
        """), $$"""{"kubernetes.io/service-name":"{{service}}"}""");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        _requests.Enqueue(path);
        var collection = path[(path.LastIndexOf('/') + 1)..];
        lock (_gate)
        {
            if (request.RequestUri.Query.Contains("watch=true", StringComparison.Ordinal))
            {
                var stream = new ScriptedStream();
                var streams = _streams.GetValueOrDefault(collection) ?? (_streams[collection] = []);
                streams.Add(stream);
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(stream) });
            }

            return Task.FromResult(Answer(path switch
            {
                "/apis" => $$"""{"groups":[{"name":"networking.istio.io","versions":[{"groupVersion":"{{Istio}}","version":"v1"}]}]}""",
                "/apis/" + Istio => """{"resources":[{"name":"virtualservices"},{"name":"destinationrules"}]}""",
                _ => ScriptedApi.List(_version.ToString(CultureInfo.InvariantCulture), [.. _objects.GetValueOrDefault(collection)?.Values ?? Enumerable.Empty<string>()]),
            }));
        }
    }

    private static HttpResponseMessage Answer(string json) => new(HttpStatusCode.OK) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
}
