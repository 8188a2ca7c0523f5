using Microsoft.Extensions.Logging.Console;

namespace Bookinfo.Hosting;

internal sealed class LineConsoleFormatterOptions : ConsoleFormatterOptions
{
    public string? Prefix { get; set; }
}
