using System.Diagnostics.Metrics;
using System.Net;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests;

/// <summary>What an application plugs in may fail, in threads above which nobody stands: the mesh goes on and the process lives.</summary>
public sealed class MeshRuntimeFaultTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly ScopedMeterFactory _meters = new();
    private readonly FakeSource _source = new("rules");
    private readonly ScriptedTransport _transport;

    public MeshRuntimeFaultTests()
    {
        _transport = new ScriptedTransport(_clock);
        _source.PushJson(Rules("10.0.0.1:80"));
    }

    public void Dispose() => _meters.Dispose();

    [Fact]
    public async Task Logger_that_throws_does_not_keep_calls_from_their_endpoints()
    {
        using var client = Client(new ThrowingLoggers());

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
    }

    [Fact]
    public async Task Logger_that_throws_does_not_keep_new_rules_from_going_live()
    {
        using var client = Client(new ThrowingLoggers());
        await StatusAsync(client);
        _source.PushJson(Rules("10.0.0.2:80"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await StatusAsync(client);

        Assert.Equal("10.0.0.2:80", _transport.Requests[^1].Authority);
    }

    [Fact]
    public async Task Logger_that_throws_does_not_keep_ejected_endpoints_out()
    {
        _transport["10.0.0.1:80"].Then(TransportStep.Status(500)).Then(TransportStep.Status(500)).Always(TransportStep.Status(200));
        using var client = Client(new ThrowingLoggers());
        await StatusAsync(client);
        await StatusAsync(client);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(client));
        _clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
    }

    [Fact]
    public async Task Meter_listener_that_throws_on_a_leaked_response_does_not_end_the_process()
    {
        using var logs = new LogCapture();
        using var listener = Failing("mesh.client.responses.leaked");
        using var client = Client(logs);
        await LeakAsync(client);
        await Eventually.TrueAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return logs.Entries.Any(entry => entry.Id.Id == 8000);
        });

        Assert.Equal("the listener broke", logs.Entries.Single(entry => entry.Id.Id == 8000).Exception!.Message);
    }

    [Fact]
    public void Meter_listener_that_throws_on_a_reload_is_not_told_as_rules_that_failed()
    {
        using var logs = new LogCapture();
        using var listener = Failing("mesh.client.configuration.reloads");
        using var client = Client(logs);
        _source.PushJson(Rules("10.0.0.2:80"));
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([8000], logs.Complaints.Select(entry => entry.Id.Id));
    }

    [Fact]
    public async Task Body_that_cannot_be_closed_when_its_time_is_over_does_not_end_the_process()
    {
        using var logs = new LogCapture();
        using var body = new StubbornBody();
        _transport["10.0.0.1:80"].Always(TransportStep.Answer(_ => new HttpResponseMessage { Content = body }));
        using var client = Client(logs);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews/");
        request.SetMesh(new MeshCallOptions { Timeout = TimeSpan.FromSeconds(1) });
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var reading = Task.Run(() => response.Content.CopyTo(Stream.Null, null, CancellationToken.None), TestContext.Current.CancellationToken);
        await body.Reached;
        _clock.Advance(TimeSpan.FromSeconds(1));
        body.End();
        await reading;

        Assert.Single(logs.Entries, entry => entry.Id.Id == 8000);
    }

    private static string Rules(string address) => $$"""
        { "Services": { "reviews": { "Endpoints": [ { "Address": "{{address}}" } ] } },
          "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "retries": { "attempts": 0 },
            "route": [ { "destination": { "host": "reviews" } } ] } ] } },
          "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "outlierDetection": {
            "consecutive5xxErrors": 2, "interval": "10s", "baseEjectionTime": "30s", "maxEjectionPercent": 100 } } } } }
        """;

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var response = await client.GetAsync("http://reviews/", TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task LeakAsync(HttpClient client)
        => _ = await client.GetAsync("http://reviews/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    private HttpClient Client(ILoggerFactory loggers) => new(MeshClient.CreateHandler(new MeshHandlerOptions
    {
        Sources = [_source],
        LoggerFactory = loggers,
        MeterFactory = _meters,
        TimeProvider = _clock,
        InnerHandler = _transport,
    }))
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private MeterListener Failing(string name)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == name && ReferenceEquals(instrument.Meter.Scope, _meters))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw new InvalidOperationException("the listener broke"));
        listener.Start();
        return listener;
    }

    private sealed class ThrowingLoggers : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => throw new InvalidOperationException("the logger broke");

        public void Dispose()
        {
        }
    }

    /// <summary>Hangs until it is ended, and does not let itself be disposed.</summary>
    private sealed class StubbornBody : HttpContent
    {
        private readonly TaskCompletionSource _reached = new();
        private readonly ManualResetEventSlim _end = new();
        private bool _mayClose;

        public Task Reached => _reached.Task;

        public void End()
        {
            _mayClose = true;
            _end.Set();
        }

        protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _reached.SetResult();
            _end.Wait(cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (!_mayClose)
            {
                throw new InvalidOperationException("the body does not close");
            }

            _end.Dispose();
            base.Dispose(disposing);
        }
    }
}
