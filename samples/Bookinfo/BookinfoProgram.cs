using Bookinfo.CommandLine;
using Bookinfo.Hosting;
using Bookinfo.Launching;
using Mesh.Client;

namespace Bookinfo;

/// <summary>Decides what this process is: the launcher or one service.</summary>
internal static class BookinfoProgram
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        var isPiped = false;
        try
        {
            var options = CommandLineParser.Parse(args);
            isPiped = options.ParentProcessId is not null;
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
        catch (Exception exception) when (exception is BookinfoException or MeshConfigurationException)
        {
            // A launcher gets it in one piece.
            Console.Error.WriteLine(isPiped ? PipedEntry.Write(exception.Message) : exception.Message);
            return Failed;
        }
    }
}
