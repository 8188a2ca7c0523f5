namespace Mesh.Client.Discovery;

/// <summary>What a directory found in earlier runs of the process, and finds in this one for the next. Thread-safe; no member does I/O.</summary>
internal interface IHostMemory
{
    /// <summary>What was known of a service at the end of an earlier run; null where nothing was, or it was told since that the service is gone.</summary>
    /// <param name="service">Its full name.</param>
    RestoredHost? Find(string service);

    /// <summary>The service is there.</summary>
    /// <param name="service">Its full name.</param>
    /// <param name="document">By which it stands in the rules.</param>
    void Keep(string service, MeshDocument document);

    /// <summary>There is no such service: an answer, and not a failure to get one.</summary>
    /// <param name="service">Its full name.</param>
    void Forget(string service);
}
