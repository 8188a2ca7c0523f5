namespace Mesh.Client.Transport;

/// <summary>The connections that an endpoint has for clients of one policy object, so that a call finds them by reference.</summary>
internal readonly record struct TransportSlot(TransportPolicy Policy, EndpointTransport Transport);
