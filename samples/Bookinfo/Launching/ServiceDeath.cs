namespace Bookinfo.Launching;

/// <summary>A service that ended although nobody told it to.</summary>
internal sealed record ServiceDeath(ServiceInstance Service, int ExitCode);
