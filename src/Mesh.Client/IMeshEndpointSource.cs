namespace Mesh.Client;

/// <summary>Where endpoints come from. Implement it to find the servers of a service in a registry of your own, such as Consul or a database.</summary>
/// <remarks>
/// <para>Register it with <c>AddEndpointSource</c>, or in <see cref="MeshHandlerOptions.EndpointSources"/>; services name it in
/// <c>Discovery</c>. One mesh enumerates it once per service, however many clients and subsets call that, from the first call on until the
/// mesh ends or no rule names the service any more. It may enumerate several services at once, from any thread.</para>
/// <para>Calls do not wait for it while any endpoints are known; the first call of a service waits up to 5 seconds for the first item.</para>
/// </remarks>
public interface IMeshEndpointSource
{
    /// <summary>The word for it in <c>Discovery</c>, matched without regard to case: 1 to 63 letters, digits, <c>-</c>, <c>_</c> and <c>.</c>,
    /// and none of the built-in words. It does not change.</summary>
    string Name { get; }

    /// <summary>The endpoints of one service, now and after each change.</summary>
    /// <remarks>
    /// <para>Each item is the whole set as it is then; one without endpoints means that there are none, and is believed at once. Yield the first
    /// as soon as it is known, and another when it changes. Sets that follow each other within 100 ms may be passed over for the newest of
    /// them. Keep the same <see cref="MeshEndpoint"/> objects for what did not change: among thousands that makes an update cheap.</para>
    /// <para>Throw when the registry cannot be asked: the endpoints known so far stay in use, the failure is logged and shown, and a new
    /// enumeration begins after a back-off, 0.5 s at first, doubling up to 30 s. One that ends is begun anew in the same way, with nothing
    /// reported where it has yielded a set.</para>
    /// </remarks>
    /// <param name="query">The service.</param>
    /// <param name="cancellationToken">Cancelled when nobody asks any more.</param>
    /// <returns>The sets, the newest last.</returns>
    IAsyncEnumerable<MeshEndpointSet> WatchAsync(MeshEndpointQuery query, CancellationToken cancellationToken);
}
