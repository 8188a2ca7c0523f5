using Microsoft.Extensions.Logging;

namespace Mesh.Client.TestKit;

/// <summary>Keeps every log message: <c>logging.AddProvider(capture)</c>, or by itself as a logger factory.</summary>
internal sealed class LogCapture : ILoggerProvider, ILoggerFactory
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];

    /// <summary>Everything logged so far, in order.</summary>
    public IReadOnlyList<Entry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>Messages at warning level and above: what an operator sees.</summary>
    public IReadOnlyList<Entry> Complaints => [.. Entries.Where(entry => entry.Level >= LogLevel.Warning)];

    public void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    void ILoggerFactory.AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    internal sealed record Entry(
        string Category, LogLevel Level, EventId Id, string Message, Exception? Exception, IReadOnlyDictionary<string, object?> Values)
    {
        public override string ToString() => $"{Level} {Category}[{Id.Id}] {Message}{(Exception is null ? "" : $" ({Exception.Message})")}";
    }

    private sealed class Logger(LogCapture capture, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = new Dictionary<string, object?>(StringComparer.Ordinal);
            if (state is IEnumerable<KeyValuePair<string, object?>> pairs)
            {
                foreach (var (key, value) in pairs)
                {
                    values[key] = value;
                }
            }

            var entry = new Entry(category, logLevel, eventId, formatter(state, exception), exception, values);
            lock (capture._gate)
            {
                capture._entries.Add(entry);
            }
        }
    }
}
