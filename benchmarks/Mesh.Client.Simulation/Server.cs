using Mesh.Client.AspNetCore.LoadBalancing;

namespace Mesh.Client.Simulation;

/// <summary>A queue with some workers.</summary>
internal sealed class Server(int workers, TimeProvider clock)
{
    private readonly Queue<int> _waiting = new();

    /// <summary>What it reports to callers.</summary>
    public ServerLoad Load { get; } = new(clock);

    public ServerBehaviour Behaviour { get; set; }

    /// <summary>Service times are multiplied by it.</summary>
    public double Slowness { get; set; } = 1;

    public int Busy { get; private set; }

    public int Waiting => _waiting.Count;

    public int InFlight => Busy + _waiting.Count;

    /// <summary>Calls that were sent to it in the time that counts.</summary>
    public long Calls { get; set; }

    /// <summary>Expected time until an arriving call is done, in mean service times; what an all-knowing policy goes by.</summary>
    public double ExpectedTime => Behaviour == ServerBehaviour.Serves
        ? Slowness * (1 + (Math.Max(0, InFlight - workers + 1) / (double)workers))
        : double.MaxValue;

    /// <returns>The call begins at once.</returns>
    public bool Arrive(int call)
    {
        if (Busy < workers && Behaviour == ServerBehaviour.Serves)
        {
            Busy++;
            return true;
        }

        _waiting.Enqueue(call);
        return false;
    }

    /// <summary>A worker is done.</summary>
    public void Leave() => Busy--;

    /// <summary>The next call that can begin; -1 where none can.</summary>
    public int TakeNext()
    {
        if (Behaviour != ServerBehaviour.Serves || Busy == workers || !_waiting.TryDequeue(out var next))
        {
            return -1;
        }

        Busy++;
        return next;
    }
}
