using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.Tests.Discovery;

namespace Mesh.Client.Tests.Health;

public sealed class ConnectFailureMarkTests
{
    private readonly EndpointState _endpoint = new(Services.Endpoints("10.0.0.1")[0]);

    [Fact]
    public void Set_of_calls_that_fail_at_once_counts_one_burst()
    {
        var time = new InterruptedTime();
        time.Interruption = () => ConnectFailureMark.Set(_endpoint, time);
        ConnectFailureMark.Set(_endpoint, time);
        Assert.Equal(1, MarkedSeconds(time));

        time.Now = _endpoint.ConnectFailedUntil;
        ConnectFailureMark.Set(_endpoint, time);
        Assert.Equal(2, MarkedSeconds(time));
    }

    [Fact]
    public void Clear_while_a_failure_is_being_counted_leaves_no_count_behind()
    {
        var time = new InterruptedTime();
        ConnectFailureMark.Set(_endpoint, time);
        time.Now = _endpoint.ConnectFailedUntil;
        time.Interruption = () => ConnectFailureMark.Clear(_endpoint);
        ConnectFailureMark.Set(_endpoint, time);
        ConnectFailureMark.Clear(_endpoint);
        ConnectFailureMark.Set(_endpoint, time);

        Assert.Equal(1, MarkedSeconds(time));
    }

    private double MarkedSeconds(InterruptedTime time) => (double)(_endpoint.ConnectFailedUntil - time.Now) / time.TimestampFrequency;

    /// <summary>Lets another thread's work happen between the look at the mark and its change, where the length of the mark is computed.</summary>
    private sealed class InterruptedTime : TimeProvider
    {
        public long Now { get; set; } = 1_000;

        public Action? Interruption { get; set; }

        public override long TimestampFrequency
        {
            get
            {
                var interruption = Interruption;
                Interruption = null;
                interruption?.Invoke();
                return TimeSpan.TicksPerSecond;
            }
        }

        public override long GetTimestamp() => Now;
    }
}
