using System.Net;
using System.Net.Sockets;
using Mesh.Client.TestKit;
using Mesh.Client.Transport;

namespace Mesh.Client.Tests.Transport;

public sealed class HappyEyeballsTests
{
    private readonly TestClock _time = new();
    private readonly Dictionary<string, TaskCompletionSource<Connection>> _attempts = [];
    private readonly List<string> _begun = [];
    private readonly List<string> _cancelled = [];
    private string? _refusing;

    [Theory]
    [InlineData("fd00::1 fd00::2 10.0.0.1 10.0.0.2", "fd00::1 10.0.0.1 fd00::2 10.0.0.2")]
    [InlineData("10.0.0.1 fd00::1 fd00::2 fd00::3", "10.0.0.1 fd00::1 fd00::2 fd00::3")]
    [InlineData("10.0.0.2 10.0.0.1", "10.0.0.2 10.0.0.1")]
    public void Order_takes_the_families_by_turns_and_begins_with_that_of_the_resolver(string resolved, string expected) =>
        Assert.Equal(expected, string.Join(' ', HappyEyeballs.Order([.. resolved.Split(' ').Select(IPAddress.Parse)])));

    [Fact]
    public async Task First_address_that_takes_the_connection_at_once_is_the_only_one_tried()
    {
        var connecting = ConnectAsync("fd00::1", "10.0.0.1");
        Succeed("fd00::1");

        Assert.Equal("fd00::1", (await connecting).Address);
        Assert.Equal(["fd00::1"], _begun);
        Assert.Equal(0, _time.LiveTimers);
    }

    [Fact]
    public async Task Next_address_is_tried_beside_one_that_says_nothing_for_a_quarter_of_a_second()
    {
        var connecting = ConnectAsync("fd00::1", "10.0.0.1", "fd00::2");
        _time.Advance(HappyEyeballs.AttemptDelay - TimeSpan.FromTicks(1));
        Assert.Equal(["fd00::1"], _begun);

        _time.Advance(TimeSpan.FromTicks(1));
        await Eventually.TrueAsync(() => _begun is ["fd00::1", "10.0.0.1"]);
        Succeed("10.0.0.1");

        Assert.Equal("10.0.0.1", (await connecting).Address);
        Assert.Equal(["fd00::1"], _cancelled);
        await Eventually.TrueAsync(() => _time.LiveTimers == 0);
    }

    [Fact]
    public async Task Next_address_is_tried_as_soon_as_one_fails()
    {
        var connecting = ConnectAsync("fd00::1", "10.0.0.1");
        Fail("fd00::1");
        await Eventually.TrueAsync(() => _begun is ["fd00::1", "10.0.0.1"]);
        Succeed("10.0.0.1");

        Assert.Equal("10.0.0.1", (await connecting).Address);
    }

    [Fact]
    public async Task First_address_may_still_win_after_the_last_has_failed()
    {
        _refusing = "10.0.0.1";
        var connecting = ConnectAsync("fd00::1", "10.0.0.1");
        await _time.UntilArmedAsync();
        _time.Advance(HappyEyeballs.AttemptDelay);
        await Eventually.TrueAsync(() => _begun.Count == 2);
        Succeed("fd00::1");

        Assert.Equal("fd00::1", (await connecting).Address);
    }

    [Fact]
    public async Task Connection_that_comes_about_after_another_was_taken_is_closed()
    {
        var connecting = ConnectAsync("fd00::1", "10.0.0.1");
        await _time.UntilArmedAsync();
        _time.Advance(HappyEyeballs.AttemptDelay);
        await Eventually.TrueAsync(() => _begun.Count == 2);
        Succeed("10.0.0.1");
        await connecting;
        var late = new Connection("fd00::1");
        _attempts["fd00::1"].SetResult(late);

        await Eventually.TrueAsync(() => late.IsDisposed);
        Assert.False((await connecting).IsDisposed);
    }

    [Fact]
    public async Task Failure_of_all_is_the_last_one()
    {
        var connecting = ConnectAsync("fd00::1", "10.0.0.1");
        Fail("fd00::1", SocketError.NetworkUnreachable);
        await Eventually.TrueAsync(() => _begun.Count == 2);
        Fail("10.0.0.1", SocketError.ConnectionRefused);

        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(() => connecting)).SocketErrorCode);
    }

    [Fact]
    public async Task Cancellation_ends_every_attempt()
    {
        using var stop = new CancellationTokenSource();
        var connecting = ConnectAsync(stop.Token, "fd00::1", "10.0.0.1", "fd00::2");
        await _time.UntilArmedAsync();
        _time.Advance(HappyEyeballs.AttemptDelay);
        await Eventually.TrueAsync(() => _begun.Count == 2 && _time.ArmedTimers == 1);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        Assert.Equal(["10.0.0.1", "fd00::1"], _cancelled.Order(StringComparer.Ordinal));
        await Eventually.TrueAsync(() => _time.LiveTimers == 0);
    }

    private Task<Connection> ConnectAsync(params string[] addresses) => ConnectAsync(TestContext.Current.CancellationToken, addresses);

    private Task<Connection> ConnectAsync(CancellationToken cancellationToken, params string[] addresses) =>
        Eventually.EndsAsync(HappyEyeballs.ConnectAsync([.. addresses.Select(IPAddress.Parse)], AttemptAsync, _time, cancellationToken));

    private Task<Connection> AttemptAsync(IPAddress address, CancellationToken cancellationToken)
    {
        var attempt = new TaskCompletionSource<Connection>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_begun)
        {
            _attempts.Add(address.ToString(), attempt);
            _begun.Add(address.ToString());
        }

        if (address.ToString() == _refusing)
        {
            Fail(_refusing);
        }

        cancellationToken.Register(() =>
        {
            // One that has won or failed is over.
            if (!attempt.Task.IsCompleted)
            {
                _cancelled.Add(address.ToString());
            }
        });
        return attempt.Task;
    }

    private void Succeed(string address) => _attempts[address].SetResult(new Connection(address));

    private void Fail(string address, SocketError error = SocketError.HostUnreachable) => _attempts[address].SetException(new SocketException((int)error));

    private sealed class Connection(string address) : IDisposable
    {
        public string Address => address;

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
