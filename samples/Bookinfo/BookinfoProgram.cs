using Bookinfo.CommandLine;
using Bookinfo.Hosting;
using Bookinfo.Launching;

namespace Bookinfo;

/// <summary>Decides what this process is: the launcher or one service.</summary>
internal static class BookinfoProgram
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var options = CommandLineParser.Parse(args);
            if (options.Help)
            {
                Console.Out.WriteLine(Usage.Text);
                return 0;
            }

            return options.Service is null
                ? await LauncherConsole.RunAsync(LauncherOptionsFactory.From(options))
                : await ServiceRunner.RunAsync(ServiceOptionsFactory.From(options), options.ParentProcessId);
        }
        catch (UsageException exception)
        {
            Console.Error.WriteLine($"{exception.Message}\n\n{Usage.Text}");
            return WrongUsage;
        }
        catch (BookinfoException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return Failed;
        }
    }
}
