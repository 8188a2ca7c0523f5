using System.Collections.Immutable;
using System.Text.Json;
using Mesh.Client.Kubernetes.Access;

namespace Mesh.Client.Kubernetes.Watching;

/// <content>What is asked of the server, and what its answers do to the objects. All of it belongs to the loop.</content>
internal sealed partial class ResourceWatch<T>
{
    private const string MetadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    private const string MetadataObject = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

    /// <summary>Versions of objects that could not be read, so that each is told once.</summary>
    private readonly Dictionary<ResourceKey, string> _refused = [];

    /// <summary>Those of the list that is being read.</summary>
    private readonly HashSet<ResourceKey> _refusedInList = [];

    /// <summary>Where the watch goes on from; null where everything has to be listed.</summary>
    private string? _version;

    /// <summary>At least as new as this the next list has to be.</summary>
    private string _listVersion = "0";

    /// <summary>Which of the type's versions the server has.</summary>
    private int _served;

    private string Place => _server.Access?.Place ?? "this process";

    private async Task ListAsync()
    {
        var action = new WatchAction("list", _type.Name, _scope);
        var known = _store.Objects;
        var objects = ImmutableDictionary.CreateBuilder<ResourceKey, Resource<T>>();
        var listVersion = _listVersion;
        _refusedInList.Clear();
        string? version = null;
        string? next = null;
        do
        {
            using var limit = new SilenceLimit(WatchSchedule.AnswerLimit, _timeProvider, _stop.Token);
            try
            {
                var path = ResourcePath.List(_type.Group, _type.Versions[_served], _type.Plural, _scope, listVersion, next);
                using var response = await OpenAsync(action, path, MetadataList, limit).ConfigureAwait(false);
                var stream = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
                var body = new BodyReader(stream, limit, WatchSchedule.ListSilenceLimit);
                var list = new ListReader(body, LongestObject, (in header, json) => Accept(header, json, known, objects));
                var header = await list.ReadAsync().ConfigureAwait(false);
                version = header.Version is { Length: > 0 } found ? found : throw new JsonException("The list has no metadata.resourceVersion.");
                next = header.Continue is { Length: > 0 } token ? token : null;
            }
            catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
            {
                throw new WatchException($"The server did not go on in time when asked to {action}.");
            }
        }
        while (next is not null);

        foreach (var gone in _refused.Keys.Where(key => !_refusedInList.Contains(key)).ToList())
        {
            _refused.Remove(gone);
        }

        Volatile.Write(ref _refusedCount, _refused.Count);
        _version = version;
        _absences = 0;
        var isNews = !_firstAnswer.Task.IsCompleted || _standing.State == ResourceState.Absent;
        _store.Replace(objects.ToImmutable());

        // Before the state, of which subscribers hear: whoever looks then finds both.
        _firstAnswer.TrySetResult();
        Confirm();
        if (isNews)
        {
            WatchLog.Known(_logger, Name, objects.Count);
        }
    }

    /// <summary>Returns when the stream ended in good order, or said nothing for too long.</summary>
    private async Task WatchAsync()
    {
        var action = new WatchAction("watch", _type.Name, _scope);
        using var limit = new SilenceLimit(WatchSchedule.AnswerLimit, _timeProvider, _stop.Token);
        var isOpen = false;
        try
        {
            var path = ResourcePath.Watch(_type.Group, _type.Versions[_served], _type.Plural, _scope, _version!, _schedule.WatchSeconds());
            using var response = await OpenAsync(action, path, MetadataObject, limit).ConfigureAwait(false);
            isOpen = true;
            var openedAt = _timeProvider.GetTimestamp();
            Confirm();
            var stream = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            var lines = new LineReader(new BodyReader(stream, limit, WatchSchedule.WatchSilenceLimit), LongestObject);
            var isEmpty = true;
            while (await lines.ReadAsync().ConfigureAwait(false))
            {
                Apply(lines.Line, lines.IsCut, action);
                isEmpty = false;
                Progress();
            }

            if (isEmpty && _timeProvider.GetElapsedTime(openedAt) < WatchSchedule.ShortestWatch)
            {
                throw new WatchException($"The server ended the stream at once, and without a word, when asked to {action}.");
            }

            Progress();
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            if (!isOpen)
            {
                throw new WatchException($"The server did not answer within {WatchSchedule.AnswerLimit.TotalSeconds} s when asked to {action}.");
            }

            // It may have had nothing to say, or hang: the next attempt shows which.
        }
        catch (JsonException exception)
        {
            // An event that was not understood is missing.
            Relist();
            throw new WatchException($"The server sent what is no event when asked to {action}: {exception.Message}", exception);
        }
    }

    private async Task<HttpResponseMessage> OpenAsync(WatchAction action, string path, string metadata, SilenceLimit limit)
    {
        // Servers that do not know the first give whole objects, whose metadata are at the same place.
        var request = new ApiRequest(HttpMethod.Get, path) { Accept = _type.IsMetadataOnly ? metadata + ", application/json" : "application/json" };
        var response = await _server.SendAsync(request, limit.Token).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await WatchAnswer.ReadAsync(response, action, Place, limit).ConfigureAwait(false);
        }
    }

    private void Relist()
    {
        _listVersion = _version ?? _listVersion;
        _version = null;
    }

    private void Accept(
        in ObjectHeader header, ReadOnlySpan<byte> json, ImmutableDictionary<ResourceKey, Resource<T>> known, ImmutableDictionary<ResourceKey, Resource<T>>.Builder objects)
    {
        if (header.Key is not { } key)
        {
            Refuse(null, "", "it has no name.");
            return;
        }

        var version = header.Version ?? "";
        if (known.TryGetValue(key, out var old) && old.Version == version)
        {
            objects[key] = old;
        }
        else if (Parse(key, version, json) is { } resource)
        {
            objects[key] = resource;
        }
        else
        {
            _refusedInList.Add(key);
            if (old is not null)
            {
                objects[key] = old;
            }
        }
    }

    private void Apply(ReadOnlySpan<byte> line, bool isCut, WatchAction action)
    {
        var happened = WatchEvent.Parse(line, isCut);
        var header = happened.Header;
        switch (happened.Type)
        {
            case WatchEventType.Error:
                Expire(WatchAnswer.Explain(header, action, Place));
                break;
            case WatchEventType.Deleted when header.Key is { } gone:
                if (_refused.Remove(gone))
                {
                    Volatile.Write(ref _refusedCount, _refused.Count);
                }

                _store.Remove(gone);
                break;
            case WatchEventType.Added or WatchEventType.Modified when header.Key is { } key && !isCut:
                var version = header.Version ?? "";
                if ((!_store.Objects.TryGetValue(key, out var old) || old.Version != version) && Parse(key, version, line[happened.Object]) is { } resource)
                {
                    _store.Set(resource);
                }

                break;
            case WatchEventType.Bookmark:
                break;
            default:
                Refuse(header.Key, header.Version ?? "", isCut ? $"it is longer than {LongestObject / (1024 * 1024)} MiB." : "it has no name.");
                break;
        }

        if (header.Version is { Length: > 0 } next)
        {
            _version = next;
        }
    }

    private void Expire(WatchException failure)
    {
        if (failure.Kind == WatchFailure.Transient)
        {
            // The server gave up the watch, and what it leaves out is not known.
            Relist();
        }

        throw failure;
    }

    private Resource<T>? Parse(ResourceKey key, string version, ReadOnlySpan<byte> json)
    {
        try
        {
            var value = _type.Parse(key, json);
            var resource = new Resource<T>(
                key, version, _type.Keep is { } keep && _store.Objects.TryGetValue(key, out var before) ? keep(value, before.Value) : value);
            if (_refused.Remove(key))
            {
                Volatile.Write(ref _refusedCount, _refused.Count);
            }

            return resource;
        }
#pragma warning disable CA1031 // one object is not to stop the others
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Refuse(key, version, exception.Message);
            return null;
        }
    }

    private void Refuse(ResourceKey? key, string version, string problem)
    {
        if (key is { } named)
        {
            if (_refused.TryGetValue(named, out var told) && told == version)
            {
                return;
            }

            _refused[named] = version;
            Volatile.Write(ref _refusedCount, _refused.Count);
        }

        WatchLog.Refused(_logger, Name, key?.ToString() ?? "an object", problem);
    }
}
