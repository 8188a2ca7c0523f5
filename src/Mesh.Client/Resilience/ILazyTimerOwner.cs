namespace Mesh.Client.Resilience;

/// <summary>Whose time a <see cref="LazyTimer"/> keeps.</summary>
internal interface ILazyTimerOwner
{
    /// <summary>The timer has fired, early perhaps. One call at a time.</summary>
    /// <returns>A timestamp at which to look again, <see cref="LazyTimer.Never"/>, or <see cref="LazyTimer.Due"/> where the time has come.</returns>
    long Look();

    /// <summary>After a <see cref="Look"/> that found it due. The next one may already be asked for.</summary>
    void OnDue();
}
