using Mesh.Client.Telemetry;

namespace Mesh.Client.Tests.Telemetry;

public sealed class IncomingContextTests
{
    private readonly IncomingContext _context = new() { Baggage = "a=1" };

    [Fact]
    public void Current_outside_of_a_request_is_null() => Assert.Null(IncomingContext.Current);

    [Fact]
    public async Task Current_flows_to_asynchronous_work()
    {
        using var scope = IncomingContext.Begin(_context, this);
        await Task.Yield();
        Assert.Same(_context, IncomingContext.Current);
        Assert.Same(_context, await Task.Run(() => IncomingContext.Current));
    }

    [Fact]
    public async Task Current_in_work_that_outlives_the_request_is_null()
    {
        var begun = new TaskCompletionSource<IncomingContext?>();
        var ended = new TaskCompletionSource();
        Task<IncomingContext?> background;
        using (IncomingContext.Begin(_context, this))
        {
            background = Task.Run(async () =>
            {
                begun.SetResult(IncomingContext.Current);
                await ended.Task;
                return IncomingContext.Current;
            });
            Assert.Same(_context, await begun.Task);
        }

        ended.SetResult();
        Assert.Null(await background);
    }

    [Fact]
    public void Begin_with_null_hides_the_outer_context_until_its_end()
    {
        using var outer = IncomingContext.Begin(_context, this);
        using (IncomingContext.Begin(null, new object()))
        {
            Assert.Null(IncomingContext.Current);
        }

        Assert.Same(_context, IncomingContext.Current);
    }

    [Fact]
    public void HasBegun_is_true_for_the_owner_until_the_end()
    {
        using (IncomingContext.Begin(_context, this))
        {
            Assert.True(IncomingContext.HasBegun(this));
            Assert.False(IncomingContext.HasBegun(new object()));
        }

        Assert.False(IncomingContext.HasBegun(this));
    }
}
