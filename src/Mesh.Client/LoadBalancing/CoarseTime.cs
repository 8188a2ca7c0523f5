namespace Mesh.Client.LoadBalancing;

/// <summary>Times in half a word: quarters of a millisecond, modulo twelve days. After more than six days of silence an estimate may
/// take itself for a fresh one, until the next call.</summary>
internal static class CoarseTime
{
    private const int MicrosecondsPerUnit = 250;

    public static uint Of(long microseconds) => (uint)(microseconds / MicrosecondsPerUnit);

    /// <summary>Microseconds; 0 where <paramref name="stamp"/> is later.</summary>
    public static double Since(uint stamp, long now) => Math.Max(0, (int)(Of(now) - stamp)) * (double)MicrosecondsPerUnit;
}
