namespace Mesh.Client.Telemetry;

/// <summary>Who writes the trace context of a call that has an Activity.</summary>
internal enum TraceWriter
{
    /// <summary>System.Net.Http's sockets handler, from the span of each attempt.</summary>
    Transport,

    /// <summary>The mesh itself, since what sends the request starts no span: a test server, a mock.</summary>
    Mesh,

    /// <summary>Nobody: the client's handler was told not to propagate.</summary>
    Nobody,
}
