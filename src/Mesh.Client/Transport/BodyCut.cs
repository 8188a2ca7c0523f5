using Mesh.Client.Resilience;

namespace Mesh.Client.Transport;

/// <summary>One synchronous read, which the end of the call's time cuts, and which waits for bytes where silence is limited.</summary>
internal readonly ref struct BodyCut
{
    private readonly CancellationTokenRegistration _registration;
    private readonly CallDeadline? _watching;

    public BodyCut(CallDeadline deadline, CancellationTokenRegistration registration)
    {
        _registration = registration;
        if (deadline.WatchesSilence)
        {
            _watching = deadline;
            deadline.BeginTransfer();
        }
    }

    public void Dispose()
    {
        _watching?.EndTransfer();
        _registration.Dispose();
    }
}
