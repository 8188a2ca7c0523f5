using System.Text;
using Bookinfo.CommandLine;

namespace Bookinfo.Launching;

/// <summary>What the console says once everything runs: where the page is, which rules hold, how to change them.</summary>
internal static class Welcome
{
    public static string Text(BookinfoLauncher launcher)
    {
        var options = launcher.Options;
        var settings = Path.Combine(options.ContentRoot, "appsettings.json");
        var text = new StringBuilder();
        foreach (var service in launcher.Services)
        {
            text.Append($"  {service.Spec.Name,-14} {service.Spec.Authority}  ready{(service.ProcessId is { } id ? $", pid {id}" : "")}\n");
        }

        text.Append($"All {launcher.Services.Count} services are ready.\n\n");
        text.Append($"  Page   {launcher.PageAddress}\n");
        text.Append($"  Rules  {Relative(settings)}: {LiveRules.InSettings(settings, options.Rules.Count > 0)}\n");
        foreach (var rule in options.Rules)
        {
            text.Append($"         {Relative(rule)}: {LiveRules.HeadComment(rule)}\n");
        }

        if (launcher.ServicesFilePath is { } services)
        {
            text.Append($"         {services}: the endpoints on these ports\n");
        }

        text.Append("         Edit what stands here: the change is live in under a second, and this console says so.\n");
        var shipped = RuleFiles.NamesIn(options.ContentRoot);
        if (options.Rules.Count == 0 && shipped.Count > 0)
        {
            text.Append($"  Try    --rules with one or more of these, from {Relative(RuleFiles.FolderOf(options.ContentRoot))}:\n");
            foreach (var row in shipped.Chunk(3))
            {
                text.Append($"           {string.Concat(row.Select(name => name.PadRight(34))).TrimEnd()}\n");
            }
        }

        return text.Append("\nCtrl+C ends everything.").ToString();
    }

    private static string Relative(string path)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
