using Mesh.Client.EndToEnd.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Reload;

/// <summary>What the launcher's console says about edits: once for all services, however many processes noticed.</summary>
public sealed class RuleNewsTests : IDisposable
{
    private const string RuleFile = "rules/reviews-90-10.yaml";
    private const string Live = $"Mesh rules are live after a change of {RuleFile}.";
    private const string Mended = $"Mesh rules in {RuleFile} can be used again.";
    private const string Refused = $"error Mesh.Client.Configuration: Mesh rules in {RuleFile} are refused as a whole";

    private readonly BookinfoFolder _folder = new();

    [Theory]
    [InlineData]
    [InlineData("--in-process")]
    public async Task Good_bad_and_mended_edit_are_said_once_each(params string[] mode)
    {
        await using var console = await BookinfoConsole.StartAsync(["--content-root", _folder.Path, "--rules", "reviews-90-10.yaml", .. mode]);
        Assert.DoesNotContain(" | ", console.Text, StringComparison.Ordinal);

        Edit("weight: 90", "weight: 80");
        await console.SaysAsync($"6 services     | {Live}");
        Edit("weight: 80", "weigth: 80");
        await console.SaysAsync($"6 services     | {Refused}");
        await console.SaysAsync("Did you mean 'weight'?");
        Edit("weigth: 80", "weight: 70");
        await console.SaysAsync($"6 services     | {Mended}");
        await SaysTwiceAsync(console, Live);

        Assert.Equal([2, 1, 1], new[] { Live, Refused, Mended }.Select(text => Count(console, text)));
        Assert.DoesNotContain("| info ", console.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edit_of_the_settings_is_said_with_the_file_that_was_saved()
    {
        await using var console = await BookinfoConsole.StartAsync("--content-root", _folder.Path);

        var text = await File.ReadAllTextAsync(_folder.Settings, TestContext.Current.CancellationToken);
        BookinfoFolder.Replace(_folder.Settings, text.Replace("ALLOW_ANY", "REGISTRY_ONLY", StringComparison.Ordinal));

        await console.SaysAsync("6 services     | Mesh rules are live after a change of appsettings.json.");
    }

    [Fact]
    public async Task Verbose_console_shows_what_each_service_says()
    {
        await using var console = await BookinfoConsole.StartAsync("--content-root", _folder.Path, "--rules", "reviews-90-10.yaml", "--verbose");

        Edit("weight: 90", "weight: 80");

        foreach (var service in console.Services.Keys)
        {
            await console.SaysAsync($"{service,-14} | info Mesh.Client.Configuration: {Live}");
        }
    }

    public void Dispose() => _folder.Dispose();

    private static int Count(BookinfoConsole console, string text) => console.Lines.Count(line => line.Contains(text, StringComparison.Ordinal));

    private static Task SaysTwiceAsync(BookinfoConsole console, string text)
        => Eventually.TrueAsync(() => Count(console, text) == 2, $"the console to say '{text}' twice");

    private void Edit(string before, string after)
    {
        var file = _folder.Rule("reviews-90-10.yaml");
        BookinfoFolder.Replace(file, File.ReadAllText(file).Replace(before, after, StringComparison.Ordinal));
    }
}
