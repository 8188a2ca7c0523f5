using Mesh.Client.Benchmarks.Comparing;
using Mesh.Client.Benchmarks.Rules;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;

namespace Mesh.Client.Benchmarks.Clients;

/// <summary>A client of <see cref="IHttpClientFactory"/> as an application has it, with one of the stacks, without loggers.</summary>
internal sealed class StackClient : IDisposable
{
    private const string Service = "reviews";

    private readonly ServiceProvider _services;
    private readonly string? _rulesFile;
    private readonly HttpClient _client;
    private readonly Uri _uri;

    private StackClient(Stack stack, ServiceProvider services, string? rulesFile, Uri uri)
    {
        Stack = stack;
        _services = services;
        _rulesFile = rulesFile;
        _uri = uri;
        _client = services.GetRequiredService<IHttpClientFactory>().CreateClient("benchmark");
    }

    public Stack Stack { get; }

    public string Name => Stack switch
    {
        Stack.Bare => "bare client",
        Stack.ServiceDiscovery => "AddServiceDiscovery",
        Stack.Resilience => "AddStandardResilienceHandler",
        Stack.ResilienceAndDiscovery => "AddStandardResilienceHandler + Discovery",
        _ => "Mesh.Client",
    };

    /// <param name="stack">The stack.</param>
    /// <param name="addresses">Where calls may go; a stack without discovery takes the first.</param>
    /// <param name="rulesJson">The contents of section <c>Mesh</c> for <see cref="Stack.Mesh"/>.</param>
    /// <param name="primary">Makes the primary handler; null leaves the factory's own.</param>
    /// <param name="resilience">Settings for <see cref="Stack.Resilience"/>; null leaves what the standard handler comes with.</param>
    public static StackClient Create(
        Stack stack,
        IReadOnlyList<string> addresses,
        string rulesJson,
        Func<HttpMessageHandler>? primary = null,
        Action<HttpStandardResilienceOptions>? resilience = null)
    {
        var services = new ServiceCollection();
        var client = services.AddHttpClient("benchmark").RemoveAllLoggers().SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        if (primary is not null)
        {
            client.ConfigurePrimaryHttpMessageHandler(primary);
        }

        var configuration = new ConfigurationBuilder();
        string? rulesFile = null;
        switch (stack)
        {
            case Stack.Resilience:
                client.AddStandardResilienceHandler(resilience ?? (_ => { }));
                break;
            case Stack.ServiceDiscovery:
                services.AddServiceDiscovery();
                client.AddServiceDiscovery();
                break;
            case Stack.ResilienceAndDiscovery:
                // The order of Aspire's ServiceDefaults.
                services.AddServiceDiscovery();
                client.AddStandardResilienceHandler();
                client.AddServiceDiscovery();
                break;
            case Stack.Mesh:
                rulesFile = Path.Combine(Path.GetTempPath(), $"mesh-benchmark-{Guid.NewGuid():N}.json");
                File.WriteAllText(rulesFile, $$"""{ "Mesh": {{rulesJson}} }""");
                configuration.AddJsonFile(rulesFile);
                services.AddMeshClient();
                break;
        }

        configuration.AddInMemoryCollection(
            addresses.Select((address, index) => KeyValuePair.Create($"Services:{Service}:http:{index}", (string?)address)));
        services.AddSingleton<IConfiguration>(configuration.Build());
        var host = stack is Stack.Bare or Stack.Resilience ? addresses[0] : Service;
        return new StackClient(stack, services.BuildServiceProvider(), rulesFile, new Uri($"http://{host}/reviews/0"));
    }

    /// <summary>All stacks over the same addresses, <see cref="Stack.Bare"/> first and <see cref="Stack.Mesh"/> last.</summary>
    public static StackClient[] CreateAll(IReadOnlyList<string> addresses, int rules, int endpoints, Func<HttpMessageHandler>? primary = null)
        => [.. Enum.GetValues<Stack>().Select(stack => Create(stack, addresses, RuleText.OneService(rules, addresses, endpoints), primary))];

    /// <summary>One call as an application makes it.</summary>
    public async Task CallAsync(CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _uri);
        request.Headers.TryAddWithoutValidation("end-user", RuleText.User);
        using var response = await _client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Calls one after another.</summary>
    public Contender OneCaller() => new(Name, async calls =>
    {
        for (var call = 0; call < calls; call++)
        {
            await CallAsync();
        }
    });

    /// <summary>The same number of calls by several callers at once.</summary>
    public Contender Callers(int callers) => new(Name, calls => Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
    {
        for (var call = 0; call < calls / callers; call++)
        {
            await CallAsync();
        }
    }))));

    public void Dispose()
    {
        _client.Dispose();
        _services.Dispose();
        if (_rulesFile is not null)
        {
            File.Delete(_rulesFile);
        }
    }
}
