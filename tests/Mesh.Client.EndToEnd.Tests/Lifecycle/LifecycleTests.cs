using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Lifecycle;

/// <summary>The launcher as people use it: what it says, how it ends, and that nothing of it stays behind.</summary>
public sealed partial class LifecycleTests
{
    [Fact]
    public async Task Start_says_where_the_page_is_which_rules_are_live_and_nothing_alarming()
    {
        await using var console = await BookinfoConsole.StartAsync("--rules", SampleRules.PathOf("reviews-jason-v2.yaml"), SampleRules.PathOf("ratings-abort-jason.yaml"));

        Assert.Equal(
            ["details v1", "productpage v1", "ratings v1", "reviews v1", "reviews v2", "reviews v3"],
            console.Services.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("The user jason gets v2 of reviews, everybody else v1", console.Text, StringComparison.Ordinal);
        Assert.Contains("Ratings fails for the user jason", console.Text, StringComparison.Ordinal);
        Assert.Contains("appsettings.json: no VirtualServices; those below hold", console.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("take turns", console.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("warn ", console.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("error ", console.Text, StringComparison.Ordinal);
        using var jason = await Visitor.SignedInAsync(console.Page, "jason");
        await Eventually.TrueAsync(
            async () => (await jason.PageAsync()).Contains("Ratings service is currently unavailable", StringComparison.Ordinal), "the abort for jason");
    }

    [Fact]
    public async Task In_process_set_is_one_process_with_the_same_page()
    {
        await using var console = await BookinfoConsole.StartAsync("--in-process", "--rules", SampleRules.PathOf("reviews-v3.yaml"));
        using var visitor = new Visitor(console.Page);

        await Eventually.TrueAsync(async () => (await visitor.PageAsync()).Contains("stars text-red-500", StringComparison.Ordinal), "red stars");
        Assert.Empty(ChildProcesses.HasProc ? ChildProcesses.Of(console.ProcessId) : []);

        await console.InterruptAsync();
        Assert.Equal(0, console.ExitCode);
    }

    [Fact]
    public async Task Settings_edited_while_it_runs_are_live_without_a_restart()
    {
        using var folder = new BookinfoFolder();
        await using var console = await BookinfoConsole.StartAsync("--content-root", folder.Path);
        using var visitor = new Visitor(console.Page);
        await Visitor.WarmAsync(console.Page);
        var seen = await Share.CountAsync(30, visitor.ReviewsVersionAsync);

        var text = await File.ReadAllTextAsync(folder.Settings, TestContext.Current.CancellationToken);
        BookinfoFolder.Replace(folder.Settings, text.Replace(
            "\"VirtualServices\": {}",
            """
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "route": [ { "destination": { "host": "reviews", "subset": "v2" } } ] } ] } }
            """,
            StringComparison.Ordinal));

        Assert.Equal(["v1", "v2", "v3"], seen.Keys.Order());
        await Eventually.TrueAsync(
            async () => await Share.CountAsync(12, visitor.ReviewsVersionAsync) is { Count: 1 } one && one.ContainsKey("v2"), "everybody to get v2");
    }

    [Fact]
    public async Task Port_in_use_is_said_with_its_remedy_and_nothing_is_left_running()
    {
        using var listener = ListenAboveTwoFreePorts();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var console = BookinfoConsole.Start("--base-port", $"{port - 2}");

        await Eventually.TrueAsync(() => console.HasExited);

        Assert.Equal(1, console.ExitCode);
        await console.SaysAsync($"Port {port}, which ratings v1 needs, is in use by another program");
        await console.SaysAsync("--base-port 0");
        Assert.DoesNotContain("   at ", console.Text, StringComparison.Ordinal);
        Assert.Empty(ChildProcesses.HasProc ? ChildProcesses.Of(console.ProcessId) : []);
    }

    [Fact]
    public async Task Unknown_option_and_unknown_rule_file_are_said_without_a_stack_trace()
    {
        await using var option = BookinfoConsole.Start("--bse-port", "0");
        await using var rules = BookinfoConsole.Start("--rules", "reviews-90-01.yaml");

        await Eventually.TrueAsync(() => option.HasExited && rules.HasExited);

        Assert.Equal(2, option.ExitCode);
        Assert.Equal(1, rules.ExitCode);
        await option.SaysAsync("'--bse-port' is not an option of Bookinfo.");
        await rules.SaysAsync("There is no rule file 'reviews-90-01.yaml'");
        Assert.DoesNotContain("   at ", option.Text + rules.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--in-process")]
    public async Task Rules_that_are_wrong_at_the_start_are_said_without_a_stack_trace(string mode)
    {
        using var folder = new BookinfoFolder();
        var file = folder.Rule("reviews-90-10.yaml");
        BookinfoFolder.Replace(file, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("weight: 90", "weigth: 90", StringComparison.Ordinal));
        await using var console = BookinfoConsole.Start(["--base-port", "0", "--content-root", folder.Path, "--rules", file, .. mode.Length > 0 ? [mode] : Array.Empty<string>()]);

        await Eventually.TrueAsync(() => Task.FromResult(console.HasExited), TimeSpan.FromSeconds(60), "Bookinfo to give up");

        Assert.Equal(1, console.ExitCode);
        await console.SaysAsync("rules/reviews-90-10.yaml(15): error MESH0103 (IST0106)");
        await console.SaysAsync("Did you mean 'weight'?");
        Assert.DoesNotContain("   at ", console.Text, StringComparison.Ordinal);
    }

    [Fact(Skip = ChildProcesses.NeedsProc, SkipType = typeof(ChildProcesses), SkipUnless = nameof(ChildProcesses.HasProc))]
    public async Task Interrupt_ends_every_service()
    {
        await using var console = await BookinfoConsole.StartAsync();
        var children = ChildProcesses.Of(console.ProcessId);
        Assert.Equal(6, children.Count);

        await console.InterruptAsync();

        Assert.Equal(0, console.ExitCode);
        Assert.DoesNotContain(children, ChildProcesses.IsRunning);
        Assert.DoesNotContain("ended with exit code", console.Text, StringComparison.Ordinal);
    }

    [Fact(Skip = ChildProcesses.NeedsProc, SkipType = typeof(ChildProcesses), SkipUnless = nameof(ChildProcesses.HasProc))]
    public async Task Kill_of_the_launcher_ends_every_service()
    {
        await using var console = await BookinfoConsole.StartAsync();
        var children = ChildProcesses.Of(console.ProcessId);
        Assert.Equal(6, children.Count);

        await console.KillLauncherAsync();

        await Eventually.TrueAsync(() => !children.Any(ChildProcesses.IsRunning), "the services to end with their launcher");
    }

    [Fact(Skip = ChildProcesses.NeedsProc, SkipType = typeof(ChildProcesses), SkipUnless = nameof(ChildProcesses.HasProc))]
    public async Task Killed_service_is_reported_with_the_command_that_brings_it_back()
    {
        // The sample's own folder, so that the command is the one that people see: dotnet run.
        await using var console = await BookinfoConsole.StartAsync(
            "--content-root", RepositoryRoot.Combine("samples", "Bookinfo"), "--rules", SampleRules.PathOf("reviews-v3.yaml"));
        using var visitor = new Visitor(console.Page);
        await Eventually.TrueAsync(async () => (await visitor.PageAsync()).Contains("stars text-red-500", StringComparison.Ordinal), "red stars");

        var victim = console.ServiceProcessIds["reviews v3"];
        Assert.Equal(ChildProcesses.Of(console.ProcessId, "reviews", "v3"), victim);
        ChildProcesses.Kill(victim);
        await console.SaysAsync("To start it again, in another console:");
        await Eventually.TrueAsync(() => RestartCommand().IsMatch(console.Text), "the command that starts it again");
        var without = await visitor.PageAsync();

        using var shell = Process.Start("/bin/sh", ["-c", RestartCommand().Match(console.Text).Groups["command"].Value + " > /dev/null"]);
        try
        {
            await Eventually.TrueAsync(
                () => Task.FromResult(console.Text.Contains("reviews is back on port", StringComparison.Ordinal)), TimeSpan.FromSeconds(90), "its return");
            var page = "";
            await Eventually.TrueAsync(async () => (page = await visitor.PageAsync()).Contains("stars text-red-500", StringComparison.Ordinal));

            Assert.Contains("reviews v3 (port", console.Text, StringComparison.Ordinal);
            Assert.Contains("Error fetching product reviews", without, StringComparison.Ordinal);
            Assert.Contains("Reviews served by", page, StringComparison.Ordinal);
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
            await shell.WaitForExitAsync(CancellationToken.None);
        }
    }

    [GeneratedRegex(@"^  (?<command>\S.* --service reviews --version v3 .*)$", RegexOptions.Multiline)]
    private static partial Regex RestartCommand();

    /// <summary>Below the ports that the system hands out by itself: there the two ports before could be taken at any moment.</summary>
    private static TcpListener ListenAboveTwoFreePorts()
    {
        for (var port = 20_000; port < 30_000; port += 7)
        {
            if (TryListen(port) is not { } listener)
            {
                continue;
            }

            using var first = TryListen(port - 2);
            using var second = TryListen(port - 1);
            if (first is not null && second is not null)
            {
                return listener;
            }

            listener.Dispose();
        }

        throw new InvalidOperationException("There are no three free ports in a row between 20000 and 30000.");
    }

    private static TcpListener? TryListen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }
}
