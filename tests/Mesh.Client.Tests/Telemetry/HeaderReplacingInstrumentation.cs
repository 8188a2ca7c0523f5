using System.Diagnostics;

namespace Mesh.Client.Tests.Telemetry;

/// <summary>Does to requests what OpenTelemetry's instrumentation of HttpClient does when an attempt begins: replaces headers that are there.</summary>
internal sealed class HeaderReplacingInstrumentation : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly (string Name, string Value)[] _headers;
    private readonly IDisposable _listeners;
    private IDisposable? _events;

    public HeaderReplacingInstrumentation(params (string Name, string Value)[] headers)
    {
        _headers = headers;
        _listeners = DiagnosticListener.AllListeners.Subscribe(this);
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "HttpHandlerDiagnosticListener")
        {
            _events = value.Subscribe(this);
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key == "System.Net.Http.HttpRequestOut.Start")
        {
            var request = (HttpRequestMessage)value.Value!.GetType().GetProperty("Request")!.GetValue(value.Value)!;
            foreach (var (name, text) in _headers)
            {
                request.Headers.Remove(name);
                request.Headers.Add(name, text);
            }
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        _events?.Dispose();
        _listeners.Dispose();
    }
}
