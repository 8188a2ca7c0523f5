namespace Mesh.Client.Model;

/// <summary>Hears of the endpoint sets of a cluster, on the thread that publishes them, which may be that of a call: quick, and never throws.</summary>
internal interface IEndpointSetListener
{
    /// <summary>Before <paramref name="next"/> is published in place of <paramref name="current"/>, unless somebody else was faster.</summary>
    void OnPublishing(EndpointSet current, EndpointSet next);

    void OnPublished();
}
