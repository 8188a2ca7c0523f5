namespace Mesh.Client.Discovery;

/// <summary>Knows services that the rules do not name, and brings those that are called into the rules. Registered in the services of the
/// application; there is one. Safe for several threads.</summary>
internal interface IHostDirectory
{
    /// <summary>Whether asking for the host is worth it. On the path of every call to a host that the rules do not name: quick, without allocation or I/O,
    /// false for most strangers and for what is known not to be there.</summary>
    /// <param name="host">As the caller wrote it, in lower case, without trailing dot and port; never an IP address.</param>
    bool MayKnow(ReadOnlySpan<char> host);

    /// <summary>Asks for the host. Of calls to one host at the same time one asks.</summary>
    /// <param name="host">As for <see cref="MayKnow"/>.</param>
    /// <param name="cancellationToken">Cancelled after <see cref="HostLookups.Limit"/>, or at the end of the mesh.</param>
    /// <returns>True once an <c>IMeshConfigurationSource</c> has the service in its documents and has signalled the change; the calls wait until
    /// the rules with it are live. False: there is no such service.</returns>
    ValueTask<bool> FindAsync(string host, CancellationToken cancellationToken);

    /// <summary>Called once, before anything is asked.</summary>
    /// <param name="takeUse">Tells of a service by its full name whether there were calls to it since this was asked for the last time. From any thread; it takes
    /// a lock.</param>
    /// <param name="memory">Services of an earlier run, which are to be found where nobody can be asked for them; null where the last good state is not
    /// kept.</param>
    void Connect(Func<string, bool> takeUse, IHostMemory? memory);
}
