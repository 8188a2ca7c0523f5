namespace Bookinfo.Hosting;

/// <summary>Log entries as <c>level category: message</c>, each handed on whole, however many lines it has.</summary>
/// <param name="write">Takes one entry; called by several threads at once.</param>
/// <param name="news">What to show of the mesh's news of rules; null where the log shows all of it anyway.</param>
internal sealed class EntryLoggerProvider(Action<string> write, RuleNews? news) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new EntryLogger(categoryName, write, categoryName == RuleNews.Category ? news : null);

    public void Dispose()
    {
        // Nothing is held back.
    }

    private sealed class EntryLogger(string category, Action<string> write, RuleNews? news) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var message = formatter(state, exception);
            if (news is not null && logLevel < LogLevel.Warning)
            {
                if (RuleNews.Is(eventId))
                {
                    write(news.Text(message));
                }

                return;
            }

            write($"{Name(logLevel)} {category}: {(exception is null ? message : $"{message}\n{exception}")}");
        }

        private static string Name(LogLevel level) => level switch
        {
            LogLevel.Critical => "crit",
            LogLevel.Error => "error",
            LogLevel.Warning => "warn",
            LogLevel.Information => "info",
            _ => "debug",
        };
    }
}
