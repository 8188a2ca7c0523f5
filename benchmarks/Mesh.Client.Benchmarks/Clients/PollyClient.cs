using Mesh.Client.Benchmarks.Comparing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace Mesh.Client.Benchmarks.Clients;

/// <summary>A client of <see cref="IHttpClientFactory"/> whose calls run in a Polly pipeline: a timeout over everything, retries of what never
/// got an answer, and a timeout for each attempt.</summary>
internal sealed class PollyClient : IDisposable
{
    /// <summary>What the pipelines mean, as a rule: within the section <c>Mesh</c>, for one endpoint.</summary>
    public const string Rule =
        """
        "timeout": "10s", "retries": { "attempts": 2, "perTryTimeout": "2s", "backoff": "25ms", "retryOn": "connect-failure,refused-stream,reset" },
        """;

    private const int Retries = 2;

    private static readonly TimeSpan Total = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PerTry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BackOff = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan MostBackOff = TimeSpan.FromMilliseconds(250);

    private readonly ServiceProvider _services;
    private readonly HttpClient _client;
    private readonly ResiliencePipeline<HttpResponseMessage>? _pipeline;
    private readonly Uri _uri;

    private PollyClient(string name, string address, ServiceProvider services, ResiliencePipeline<HttpResponseMessage>? pipeline)
    {
        Name = name;
        _services = services;
        _client = services.GetRequiredService<IHttpClientFactory>().CreateClient("benchmark");
        _pipeline = pipeline;
        _uri = new Uri($"http://{address}/reviews/0");
    }

    public string Name { get; }

    /// <summary>The pipeline as a handler of the client: package Microsoft.Extensions.Http.Resilience.</summary>
    public static PollyClient InHandler(string address, Func<HttpMessageHandler> primary)
    {
        var services = new ServiceCollection();
        AddClient(services, primary).AddResilienceHandler("benchmark", pipeline => Build(pipeline));
        return new PollyClient("AddResilienceHandler", address, services.BuildServiceProvider(), pipeline: null);
    }

    /// <summary>The pipeline around the client, as who does without that package writes it. Each attempt makes a request of its own, since a client
    /// sends none twice.</summary>
    public static PollyClient AroundCalls(string address, Func<HttpMessageHandler> primary)
    {
        var services = new ServiceCollection();
        AddClient(services, primary);
        return new PollyClient(
            "ResiliencePipeline around the client", address, services.BuildServiceProvider(), Build(new ResiliencePipelineBuilder<HttpResponseMessage>()).Build());
    }

    public Contender OneCaller() => new(Name, async calls =>
    {
        for (var call = 0; call < calls; call++)
        {
            using var response = await CallAsync();
            response.EnsureSuccessStatusCode();
        }
    });

    public void Dispose()
    {
        _client.Dispose();
        _services.Dispose();
    }

    private ValueTask<HttpResponseMessage> CallAsync()
        => _pipeline is null
            ? SendAsync(this, default)
            : _pipeline.ExecuteAsync(static (client, token) => SendAsync(client, token), this, CancellationToken.None);

    private static async ValueTask<HttpResponseMessage> SendAsync(PollyClient client, CancellationToken token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, client._uri);
        request.Headers.TryAddWithoutValidation("end-user", Rules.RuleText.User);
        return await client._client.SendAsync(request, token);
    }

    private static IHttpClientBuilder AddClient(ServiceCollection services, Func<HttpMessageHandler> primary)
        => services.AddHttpClient("benchmark").RemoveAllLoggers().SetHandlerLifetime(Timeout.InfiniteTimeSpan).ConfigurePrimaryHttpMessageHandler(primary);

    private static ResiliencePipelineBuilder<HttpResponseMessage> Build(ResiliencePipelineBuilder<HttpResponseMessage> pipeline)
        => pipeline
            .AddTimeout(Total)
            .AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = Retries,
                Delay = BackOff,
                MaxDelay = MostBackOff,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Exception is HttpRequestException or TimeoutRejectedException),
            })
            .AddTimeout(PerTry);
}
