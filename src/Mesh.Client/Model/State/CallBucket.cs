namespace Mesh.Client.Model;

/// <summary>The calls of one interval and the failures among them in one number, so that one addition counts both and no sweep sees the one
/// without the other.</summary>
internal readonly record struct CallBucket(int Calls, int Failures)
{
    private const int Shift = 32;

    public int Successes => Calls - Failures;

    public static void Count(ref long bucket, bool isFailure) => Interlocked.Add(ref bucket, isFailure ? 1 | (1L << Shift) : 1);

    /// <summary>What was counted so far; counting begins anew.</summary>
    public static long Take(ref long bucket) => Volatile.Read(ref bucket) == 0 ? 0 : Interlocked.Exchange(ref bucket, 0);

    public static CallBucket Read(long bucket) => new((int)(bucket & uint.MaxValue), (int)(bucket >> Shift));
}
