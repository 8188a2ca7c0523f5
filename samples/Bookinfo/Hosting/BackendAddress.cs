namespace Bookinfo.Hosting;

/// <summary>The address of another service: its logical name and port, which the mesh turns into an endpoint at each call.</summary>
internal static class BackendAddress
{
    /// <summary><c>REVIEWS_HOSTNAME</c>, <c>REVIEWS_SERVICE_PORT</c> and <c>SERVICES_DOMAIN</c> change it, as in Istio's Bookinfo.</summary>
    public static Uri Of(string service, IConfiguration configuration)
    {
        var variable = service.ToUpperInvariant();
        var host = configuration[$"{variable}_HOSTNAME"] ?? service;
        var port = configuration[$"{variable}_SERVICE_PORT"] ?? $"{ServiceCatalog.ServicePort}";
        var domain = configuration["SERVICES_DOMAIN"] is { Length: > 0 } suffix ? $".{suffix}" : "";
        return new Uri($"http://{host}{domain}:{port}");
    }
}
