using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Bookinfo.Hosting;

/// <summary>Log entries as <c>prefix level category: message</c>, so that the lines of six services on one console can be told apart.</summary>
internal sealed class LineConsoleFormatter(IOptionsMonitor<LineConsoleFormatterOptions> options) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "bookinfo";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var prefix = options.CurrentValue.Prefix;
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var text = logEntry.Exception is null ? message : $"{message}\n{logEntry.Exception}";
        foreach (var line in $"{Level(logEntry.LogLevel)} {logEntry.Category}: {text}".Split('\n'))
        {
            textWriter.WriteLine(prefix + line.TrimEnd('\r'));
        }
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Critical => "crit",
        LogLevel.Error => "error",
        LogLevel.Warning => "warn",
        LogLevel.Information => "info",
        _ => "debug",
    };
}
