using Mesh.Client.Configuration;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Configuration.Sources;

public sealed class DirectoryWatchesTests
{
    [Fact]
    public async Task Notification_that_cannot_be_handled_ends_neither_the_process_nor_the_watch()
    {
        using var folder = new TemporaryFolder();
        var asked = 0;
        using var watches = new DirectoryWatches(
            (_, _) =>
            {
                Interlocked.Increment(ref asked);
                throw new InvalidOperationException("the question broke");
            },
            () => { },
            TimeProvider.System);
        watches.Refresh([folder.Root]);
        folder.Write("a", "1");
        await Eventually.TrueAsync(() => Volatile.Read(ref asked) > 0);
        var before = Volatile.Read(ref asked);
        folder.Write("b", "1");

        await Eventually.TrueAsync(() => Volatile.Read(ref asked) > before);
    }
}
