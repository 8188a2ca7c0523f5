namespace Mesh.Client.Telemetry;

/// <summary>What of an incoming request calls can be hashed by, apart from the headers that go on.</summary>
[Flags]
internal enum IncomingParts
{
    None = 0,
    RemoteAddress = 1,
    Cookies = 2,
}
