using System.Text.Json;
using System.Text.Json.Serialization;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Rules;

/// <summary>Asks the API server which kinds it serves, and in which versions: one request where it knows none of the groups, and two or three otherwise, however
/// many kinds and namespaces there are.</summary>
internal sealed class ServedKinds(ApiServer server, TimeProvider timeProvider)
{
    /// <param name="kinds">The kinds that are looked for.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>Of those kinds the ones that are served, each with its versions: the one to use first, then the others to fall back to.</returns>
    /// <exception cref="WatchException">The server refused, or did not answer in time.</exception>
    /// <exception cref="KubernetesAccessException">It cannot be asked.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    /// <exception cref="JsonException">It answered something else.</exception>
    public async Task<IReadOnlyList<(RuleKind Kind, IReadOnlyList<string> Versions)>> FindAsync(IReadOnlyCollection<RuleKind> kinds, CancellationToken stop)
    {
        var list = await GetAsync("apis", ServedJson.Default.ApiGroupList, stop).ConfigureAwait(false);
        var groups = (list?.Groups ?? []).Where(group => group.Name is not null).ToLookup(group => group.Name!);
        var served = new List<(RuleKind, IReadOnlyList<string>)>();
        foreach (var group in kinds.GroupBy(kind => kind.Group))
        {
            var versions = groups[group.Key].SelectMany(found => found.Versions ?? []).Select(version => version.Version).ToHashSet();
            var missing = group.ToList();
            foreach (var version in group.SelectMany(kind => kind.Versions).Distinct().Where(versions.Contains))
            {
                if (!missing.Exists(kind => kind.Versions.Contains(version)))
                {
                    continue;
                }

                var resources = await GetAsync($"apis/{group.Key}/{version}", ServedJson.Default.ApiResourceList, stop).ConfigureAwait(false);
                var names = (resources?.Resources ?? []).Select(resource => resource.Name).ToHashSet();
                foreach (var kind in missing.Where(kind => kind.Versions.Contains(version) && names.Contains(kind.Plural)).ToList())
                {
                    missing.Remove(kind);
                    served.Add((kind, [version, .. kind.Versions.Where(other => other != version)]));
                }
            }
        }

        return served;
    }

    private async Task<T?> GetAsync<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json, CancellationToken stop)
        where T : class
    {
        using var limit = new SilenceLimit(WatchSchedule.AnswerLimit, timeProvider, stop);
        try
        {
            using var response = await server.SendAsync(new ApiRequest(HttpMethod.Get, path), limit.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                var stream = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
                return await JsonSerializer.DeserializeAsync(stream, json, limit.Token).ConfigureAwait(false);
            }

            if ((int)response.StatusCode == 404 && path != "apis")
            {
                // A version that has just gone.
                return null;
            }

            throw (int)response.StatusCode == 403
                ? new WatchException(
                    WatchFailure.Transient, $"The server does not allow to get /{path} (403); ClusterRole system:discovery allows it, which every user has unless that was changed.")
                { IsForbidden = true }
                : new WatchException(WatchFailure.Transient, $"The server answered {(int)response.StatusCode} to get /{path}.");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new WatchException($"The server did not answer within {WatchSchedule.AnswerLimit.TotalSeconds} s when asked for {path}.");
        }
    }
}

internal sealed record ApiGroupList(IReadOnlyList<ApiGroup>? Groups);

internal sealed record ApiGroup(string? Name, IReadOnlyList<ApiGroupVersion>? Versions);

internal sealed record ApiGroupVersion(string? Version);

internal sealed record ApiResourceList(IReadOnlyList<ApiResource>? Resources);

internal sealed record ApiResource(string? Name);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ApiGroupList))]
[JsonSerializable(typeof(ApiResourceList))]
internal sealed partial class ServedJson : JsonSerializerContext;
