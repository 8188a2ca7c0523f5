using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Rules;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>An API server without sockets that keeps objects of rules and answers by path, in fake time: for what a real one cannot be made to do.</summary>
internal sealed class PathApi : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<string>> _served = [];
    private readonly SortedDictionary<string, (string Version, string Json)> _objects = new(StringComparer.Ordinal);
    private readonly List<(string Collection, string? Space, ScriptedStream Stream)> _streams = [];
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<(string Line, string Body, string ContentType)> _writes = new();
    private int _version = 100;

    public TestClock Clock { get; } = new();

    /// <summary>Asked about each request: a status refuses it, and null lets it pass. May throw, as a network does.</summary>
    public Func<string, HttpStatusCode?>? Refuse { get; set; }

    /// <summary>Of these paths the answer waits.</summary>
    public ConcurrentDictionary<string, TaskCompletionSource> Held { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers what is no rule; null where it does not know the path.</summary>
    public Func<HttpMethod, string, string, (HttpStatusCode Status, string Body)?>? Other { get; set; }

    /// <summary>Paths of all requests so far.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Method, path, body and media type of everything that was written.</summary>
    public IReadOnlyList<(string Line, string Body, string ContentType)> Writes => [.. _writes];

    public int OpenStreams
    {
        get
        {
            lock (_gate)
            {
                return _streams.Count;
            }
        }
    }

    public KubernetesCluster Connect(MeshKubernetesOptions? options = null, LogCapture? log = null, Func<CancellationToken, Task<KubernetesAccess>>? access = null) => new(
        options ?? new MeshKubernetesOptions(),
        new ApiServer(
            access ?? (static _ => Task.FromResult(new KubernetesAccess("the test", new TransportSettings(new Uri("https://scripted/")), "here"))), Clock, _ => this),
        Clock,
        MeshRandom.Seeded(1),
        log ?? new LogCapture());

    public PathApi Serve(string kind, params string[] versions)
    {
        var rule = RuleKind.All.Single(known => known.Kind == kind);
        lock (_gate)
        {
            _served[$"{rule.Group}/{rule.Plural}"] = [.. versions.Length == 0 ? ["v1"] : versions];
        }

        return this;
    }

    /// <summary>Adds an object or changes it, and tells those who watch.</summary>
    public PathApi Put(string kind, string space, string name, string spec, string metadata = "", string status = "{}")
    {
        var rule = RuleKind.All.Single(known => known.Kind == kind);
        lock (_gate)
        {
            var collection = $"{rule.Group}/{rule.Plural}";
            var path = $"{collection}/{space}/{name}";
            var version = (++_version).ToString(CultureInfo.InvariantCulture);
            var json = $$"""
                {"apiVersion":"{{rule.Group}}/{{_served[collection][0]}}","kind":"{{kind}}","metadata":{"name":"{{name}}","namespace":"{{space}}","uid":"uid-{{name}}",
                "resourceVersion":"{{version}}","generation":{{version}},"creationTimestamp":"2026-01-01T00:00:00Z","managedFields":[{"manager":"x{{version}}"}]{{metadata}}},
                "spec":{{spec}},"status":{{status}}}
                """.ReplaceLineEndings("");
            var type = _objects.ContainsKey(path) ? "MODIFIED" : "ADDED";
            _objects[path] = (version, json);
            Tell(collection, space, ScriptedApi.Event(type, json));
        }

        return this;
    }

    public void Delete(string kind, string space, string name)
    {
        var rule = RuleKind.All.Single(known => known.Kind == kind);
        lock (_gate)
        {
            var collection = $"{rule.Group}/{rule.Plural}";
            if (_objects.Remove($"{collection}/{space}/{name}", out var gone))
            {
                var next = (++_version).ToString(CultureInfo.InvariantCulture);
                Tell(collection, space, ScriptedApi.Event("DELETED", gone.Json.Replace($"\"resourceVersion\":\"{gone.Version}\"", $"\"resourceVersion\":\"{next}\"", StringComparison.Ordinal)));
            }
        }
    }

    /// <summary>Ends all streams; from now on every version from before is forgotten.</summary>
    public void ForgetHistory()
    {
        lock (_gate)
        {
            foreach (var (_, _, stream) in _streams)
            {
                stream.Line(ScriptedApi.Error(410, "Expired"));
                stream.End();
            }

            _streams.Clear();
        }
    }

    /// <summary>Ends all streams without a word.</summary>
    public void EndStreams(bool isBroken = false)
    {
        lock (_gate)
        {
            foreach (var (_, _, stream) in _streams)
            {
                if (isBroken)
                {
                    stream.Break();
                }
                else
                {
                    stream.End();
                }
            }

            _streams.Clear();
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        _requests.Enqueue(path);
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        if (request.Method != HttpMethod.Get)
        {
            _writes.Enqueue(($"{request.Method} {path}", body, request.Content?.Headers.ContentType?.MediaType ?? ""));
        }

        if (Held.TryGetValue(path, out var held))
        {
            await held.Task.WaitAsync(cancellationToken);
        }

        if (Refuse?.Invoke(path) is { } refusal)
        {
            return Answer(refusal, "{}");
        }

        if (Other?.Invoke(request.Method, path, body) is { } other)
        {
            return Answer(other.Status, other.Body);
        }

        lock (_gate)
        {
            return Answer(path, request.RequestUri.Query, cancellationToken);
        }
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, string body)
        => new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private HttpResponseMessage Answer(string path, string query, CancellationToken cancellationToken)
    {
        if (path == "/apis")
        {
            var groups = _served.GroupBy(entry => entry.Key.Split('/')[0]).Select(group
                => $$"""{"name":"{{group.Key}}","versions":[{{string.Join(",", group.SelectMany(entry => entry.Value).Distinct().Select(version => $$"""{"groupVersion":"{{group.Key}}/{{version}}","version":"{{version}}"}"""))}}]}""");
            return Answer(HttpStatusCode.OK, $$"""{"kind":"APIGroupList","groups":[{{string.Join(",", groups)}}]}""");
        }

        // apis, group, version, then "namespaces" and a namespace, the resource, and an object.
        var parts = path.Trim('/').Split('/');
        if (parts.Length == 3)
        {
            var names = _served.Where(entry => entry.Key.StartsWith(parts[1] + "/", StringComparison.Ordinal) && entry.Value.Contains(parts[2])).Select(entry => entry.Key.Split('/')[1]);
            return Answer(HttpStatusCode.OK, $$"""{"kind":"APIResourceList","resources":[{{string.Join(",", names.SelectMany(name => new[] { name, name + "/status" }).Select(name => $$"""{"name":"{{name}}"}"""))}}]}""");
        }

        var space = parts[3] == "namespaces" ? parts[4] : null;
        var rest = parts[(space is null ? 3 : 5)..];
        var collection = $"{parts[1]}/{rest[0]}";
        if (!_served.TryGetValue(collection, out var versions) || !versions.Contains(parts[2]))
        {
            return Answer(HttpStatusCode.NotFound, "404 page not found");
        }

        if (rest.Length > 1)
        {
            return _objects.TryGetValue($"{collection}/{space}/{rest[1]}", out var found) ? Answer(HttpStatusCode.OK, found.Json) : Answer(HttpStatusCode.NotFound, "{}");
        }

        if (!query.Contains("watch=true", StringComparison.Ordinal))
        {
            var items = _objects.Where(entry => entry.Key.StartsWith(space is null ? $"{collection}/" : $"{collection}/{space}/", StringComparison.Ordinal)).Select(entry => entry.Value.Json);
            return Answer(HttpStatusCode.OK, ScriptedApi.List(_version.ToString(CultureInfo.InvariantCulture), [.. items]));
        }

        var stream = new ScriptedStream();
        var place = (collection, space, stream);
        _streams.Add(place);
        cancellationToken.Register(() =>
        {
            lock (_gate)
            {
                _streams.Remove(place);
            }
        });

        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(stream) };
    }

    private void Tell(string collection, string space, string line)
    {
        foreach (var (watched, where, stream) in _streams)
        {
            if (watched == collection && (where is null || where == space))
            {
                stream.Line(line);
            }
        }
    }
}
