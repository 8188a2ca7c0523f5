using Mesh.Client.Configuration;

namespace Mesh.Client.Telemetry;

/// <summary>Puts trace context, captured headers and peer metadata on outgoing requests.</summary>
internal static class ContextPropagator
{
    /// <summary>Before the first attempt of a call to a known host. <paramref name="receivesContext"/> is false for hosts outside the mesh:
    /// they get trace context only.</summary>
    public static void BeginCall(HttpRequestMessage request, bool receivesContext, MeshConfiguration configuration) => throw new NotImplementedException();

    /// <summary>Before each further attempt (<paramref name="resendCount"/> from 1): what the last attempt's span wrote is taken away, so that
    /// this one is written fresh.</summary>
    public static void BeginResend(HttpRequestMessage request, int resendCount) => throw new NotImplementedException();
}
