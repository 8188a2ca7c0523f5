using System.Diagnostics;

namespace Mesh.Client.Telemetry;

/// <summary>The mesh's meter and activity source, both named <c>Mesh.Client</c>.</summary>
internal sealed class MeshTelemetry
{
    /// <summary>The span of a whole call, above System.Net.Http's span per attempt; null where nobody listens.</summary>
    public Activity? StartCall(HttpRequestMessage request) => throw new NotImplementedException();

    /// <summary>Ends the span and counts the call. No allocation where nobody listens.</summary>
    public void StopCall(Activity? activity, in CallSummary summary) => throw new NotImplementedException();

    /// <summary>An attempt is sent again; <paramref name="reason"/> is a fixed text such as <c>connect-failure</c>.</summary>
    public void CountRetry(string host, string reason) => throw new NotImplementedException();

    /// <summary>A response was neither read nor disposed.</summary>
    public void CountLeakedResponse(string host) => throw new NotImplementedException();
}
