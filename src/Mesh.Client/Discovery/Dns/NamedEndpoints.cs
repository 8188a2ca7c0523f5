using Mesh.Client.Model;

namespace Mesh.Client.Discovery.Dns;

/// <summary>Endpoints that rules give by name: each is looked up, and every address found carries what is written of it.</summary>
internal static class NamedEndpoints
{
    /// <param name="named">As the rules write them; some may be addresses already.</param>
    /// <param name="resolve">Looks up one name.</param>
    public static async ValueTask<EndpointAnswer> ResolveAsync(IReadOnlyList<Endpoint> named, Func<string, ValueTask<EndpointAnswer>> resolve)
    {
        var names = named.Select(endpoint => endpoint.Host).Distinct().ToList();
        var answers = await Task.WhenAll(names.Select(name => TryAsync(name, resolve))).ConfigureAwait(false);
        var failures = answers.Where(answer => answer.Failure is not null).ToList();
        if (failures.Count == names.Count)
        {
            throw new DiscoveryException(failures[0].Failure!.Message, failures[0].Failure!)
            {
                IsPermanent = failures.TrueForAll(failure => failure.Failure!.IsPermanent),
            };
        }

        var found = names.Zip(answers).ToDictionary(pair => pair.First, pair => pair.Second.Answer, StringComparer.Ordinal);
        return new EndpointAnswer(
            [.. named.SelectMany(endpoint => found[endpoint.Host] is { } answer ? answer.Endpoints.Select(address => Describe(address, endpoint)) : [])],
            answers.Select(answer => answer.Answer).OfType<EndpointAnswer>().Select(answer => answer.ValidFor)
                .Where(validFor => validFor != Timeout.InfiniteTimeSpan).DefaultIfEmpty(Timeout.InfiniteTimeSpan).Min())
        {
            // Which of the known ones belong to the name that failed cannot be told, so all of them stay until it answers again.
            LeavesOpen = failures.Count > 0 || answers.Any(answer => answer.Answer?.LeavesOpen is not null) ? static _ => true : null,
            Explanation = $"DNS has no address for {string.Join(", ", names)}.",
        };
    }

    private static Endpoint Describe(Endpoint address, Endpoint written)
    {
        var endpoint = written.Port == 0 ? address : EndpointAddress.FromIp(System.Net.IPAddress.Parse(address.Host), written.Port);
        return endpoint with
        {
            Labels = written.Labels,
            Locality = written.Locality,
            Weight = written.Weight,
            ServicePorts = written.ServicePorts,
        };
    }

    private static async Task<(EndpointAnswer? Answer, DiscoveryException? Failure)> TryAsync(string name, Func<string, ValueTask<EndpointAnswer>> resolve)
    {
        try
        {
            return (await resolve(name).ConfigureAwait(false), null);
        }
        catch (DiscoveryException exception)
        {
            return (null, exception);
        }
    }
}
