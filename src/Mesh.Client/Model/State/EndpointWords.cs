using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Mesh.Client.Model;

/// <summary>What picks read of an endpoint, side by side: among thousands of endpoints a pick waits for memory, and for these once. Each is one word that
/// is read and written whole; 0 knows nothing.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EndpointWords()
{
    private long _connectFailedUntil = EndpointState.NoConnectFailure;
    private long _waiting;
    private long _latency;
    private long _errors;
    private int _inFlight;
    private int _inFlightAtReport;
    private long _reported;
    private int _isRefusalTold;

    /// <summary>That of <see cref="EndpointState.ConnectFailedUntil"/>.</summary>
    [UnscopedRef]
    public ref long ConnectFailedUntil => ref _connectFailedUntil;

    /// <summary>That of <see cref="EndpointState.InFlight"/>.</summary>
    [UnscopedRef]
    public ref int InFlight => ref _inFlight;

    /// <summary>This and the following are what load-aware policies have learnt, written by the LoadBalancing room alone.</summary>
    [UnscopedRef]
    public ref long Waiting => ref _waiting;

    [UnscopedRef]
    public ref long Latency => ref _latency;

    [UnscopedRef]
    public ref long Errors => ref _errors;

    [UnscopedRef]
    public ref long Reported => ref _reported;

    [UnscopedRef]
    public ref int InFlightAtReport => ref _inFlightAtReport;

    [UnscopedRef]
    public ref int IsRefusalTold => ref _isRefusalTold;
}
