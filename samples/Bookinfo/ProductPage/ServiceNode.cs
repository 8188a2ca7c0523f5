namespace Bookinfo.ProductPage;

/// <summary>A service in the tree of who calls whom.</summary>
public sealed record ServiceNode(string Name, string Endpoint, IReadOnlyList<ServiceNode> Children)
{
    internal static ServiceNode Of(string service, params ServiceNode[] children)
        => new($"http://{service}:{ServiceCatalog.ServicePort}", service, children);
}
