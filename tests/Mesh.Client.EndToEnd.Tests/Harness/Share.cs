namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>Counts who answers many calls and compares with what the weights say.</summary>
internal static class Share
{
    private const int Callers = 8;

    /// <summary>How many of the calls gave each answer.</summary>
    public static async Task<Dictionary<string, int>> CountAsync(int calls, Func<Task<string>> callAsync)
    {
        var left = calls;
        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            var mine = new List<string>();
            while (Interlocked.Decrement(ref left) >= 0)
            {
                mine.Add(await callAsync());
            }

            return mine;
        }));
        return answers.SelectMany(mine => mine).CountBy(answer => answer).ToDictionary();
    }

    /// <summary>Five standard deviations: one run in about two million would be off by chance, and none with a fixed seed.</summary>
    public static void AssertIs(double share, int count, int calls)
    {
        var expected = calls * share;
        var bound = share is 0 or 1 ? 0 : (5 * Math.Sqrt(calls * share * (1 - share))) + 1;
        Assert.True(Math.Abs(count - expected) <= bound, $"{count} of {calls} calls where {expected} +- {bound:0.0} were due");
    }
}
