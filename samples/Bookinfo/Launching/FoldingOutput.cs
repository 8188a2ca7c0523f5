namespace Bookinfo.Launching;

/// <summary>For people: what several services say alike within a moment is shown once, with their number.</summary>
/// <remarks>All of them read the same rules, so each has the same to say about an edit. Entries keep their order.</remarks>
internal sealed class FoldingOutput : IServiceOutput, IDisposable
{
    /// <summary>How long an entry waits for the other services to say the same.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly PlainOutput _console;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly List<Entry> _held = [];
    private int _services;

    /// <param name="console">Where entries are shown.</param>
    /// <param name="services">How many there are; an entry that all of them said waits no longer.</param>
    /// <param name="time">The clock.</param>
    public FoldingOutput(TextWriter console, int services, TimeProvider time)
    {
        _console = new PlainOutput(console);
        _services = services;
        _time = time;
        _timer = time.CreateTimer(static output => ((FoldingOutput)output!).ShowDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Say(InstanceSpec service, string text)
    {
        lock (_gate)
        {
            // A service that says it twice means it twice.
            var entry = _held.Find(held => held.Text == text && !held.Speakers.Contains(service));
            if (entry is null)
            {
                entry = new Entry(text, _time.GetTimestamp());
                _held.Add(entry);
            }

            entry.Speakers.Add(service);
            ShowDue();
        }
    }

    /// <summary>A service has ended: its last words are shown, and nobody waits for it any more.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _services--;
            Flush();
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Flush();
    }

    private void Flush()
    {
        lock (_gate)
        {
            _held.ForEach(Show);
            _held.Clear();
        }
    }

    private void ShowDue()
    {
        lock (_gate)
        {
            while (_held is [var first, ..] && (first.Speakers.Count >= _services || _time.GetElapsedTime(first.Since) >= Patience))
            {
                Show(first);
                _held.RemoveAt(0);
            }

            if (_held is [var next, ..])
            {
                var rest = Patience - _time.GetElapsedTime(next.Since);
                _timer.Change(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Show(Entry entry)
        => _console.Write(entry.Speakers is [var only] ? only.Name : $"{entry.Speakers.Count} services", entry.Text);

    private sealed record Entry(string Text, long Since)
    {
        public List<InstanceSpec> Speakers { get; } = [];
    }
}
