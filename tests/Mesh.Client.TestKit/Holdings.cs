namespace Mesh.Client.TestKit;

/// <summary>What this process holds.</summary>
/// <param name="Timers">Armed ones of the runtime.</param>
/// <param name="Sockets">Among the open handles.</param>
/// <param name="Handles">Open ones of the operating system, sockets included; not files, since the runtime opens libraries when it first needs them.</param>
/// <param name="Bytes">Of live objects, after a full collection.</param>
internal sealed record Holdings(long Timers, int Sockets, int Handles, long Bytes)
{
    public const string NeedsProc = "Open handles are counted in /proc, which only Linux has.";

    public static bool HasProc => OperatingSystem.IsLinux();

    /// <summary>Collects what nobody holds, runs the finalizers, lets the thread pool finish, and counts.</summary>
    public static async Task<Holdings> CountAsync()
    {
        // Twice: what a finalizer lets go of is found by the next collection only.
        for (var i = 0; i < 2; i++)
        {
            Collect();
            await Eventually.TrueAsync(() => ThreadPool.PendingWorkItemCount == 0, "the thread pool to have nothing left to do");
        }

        Collect();
        var handles = Directory.GetFileSystemEntries("/proc/self/fd").Select(TargetOf).Where(target => !target.StartsWith('/')).ToList();
        return new Holdings(
            Timer.ActiveCount, handles.Count(handle => handle.StartsWith("socket:", StringComparison.Ordinal)), handles.Count, GC.GetTotalMemory(forceFullCollection: false));
    }

    public override string ToString() => $"{Timers} timers, {Sockets} sockets, {Handles} handles, {Bytes:N0} bytes";

    private static void Collect()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
    }

    private static string TargetOf(string handle)
    {
        try
        {
            return new FileInfo(handle).LinkTarget ?? "/";
        }
        catch (IOException)
        {
            // That of the listing itself is gone by now.
            return "/";
        }
    }
}
