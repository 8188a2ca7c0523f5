using Mesh.Client.EndToEnd.Tests.Harness;

namespace Mesh.Client.EndToEnd.Tests.Reload;

/// <summary>A file of rules, in one of the forms that people write, and the ways in which people save it.</summary>
internal abstract class RuleFile(string path)
{
    /// <summary>How long an editor that writes in place takes for the second half.</summary>
    private static readonly TimeSpan SlowWriter = TimeSpan.FromMilliseconds(20);

    public string Path { get; } = path;

    public abstract string Text(int number);

    public void Write(int number) => BookinfoFolder.Replace(Path, Text(number));

    /// <summary>As by an editor that writes in place and not all at once.</summary>
    public async Task WriteInHalvesAsync(int number)
    {
        var text = Text(number);
        await using var writer = new StreamWriter(Path, append: false);
        await writer.WriteAsync(FirstPart(text));
        await writer.FlushAsync();
        await Task.Delay(SlowWriter);
        await writer.WriteAsync(text[FirstPart(text).Length..]);
    }

    /// <summary>Something that cannot be used, of several kinds by turns.</summary>
    public void WriteInvalid(int number)
    {
        var text = Text(number);
        BookinfoFolder.Replace(Path, (number / 10 % 4) switch
        {
            0 => FirstPart(text),
            1 => text.Replace("\"route\"", "\"rout\"", StringComparison.Ordinal),
            2 => text.Replace("\"hosts\": [ \"right\" ]", "\"hosts\": 7", StringComparison.Ordinal),
            _ => text.Replace("\"name\": \"set", "\"timeout\": \"soon\", \"name\": \"set", StringComparison.Ordinal),
        });
    }

    /// <summary>Ends inside a brace, so that no reader can take it for the whole.</summary>
    private static string FirstPart(string text) => text[..text.LastIndexOf("\"subsets\"", StringComparison.Ordinal)];

    /// <summary>Istio resources.</summary>
    public sealed class Yaml(string folder) : RuleFile(System.IO.Path.Combine(folder, "rules.yaml"))
    {
        public override string Text(int number) => string.Join("\n---\n", RuleSet.Services.SelectMany(service => new[]
        {
            Resource("VirtualService", service, RuleSet.VirtualService(service, number)),
            Resource("DestinationRule", service, RuleSet.DestinationRule(service, number)),
        }));

        private static string Resource(string kind, string name, string spec) =>
            $$"""
            { "apiVersion": "networking.istio.io/v1", "kind": "{{kind}}", "metadata": { "name": "{{name}}" }, "spec": {{spec}} }
            """;
    }

    /// <summary>The section of a settings file.</summary>
    public sealed class Json(string folder) : RuleFile(System.IO.Path.Combine(folder, "rules.json"))
    {
        public override string Text(int number) =>
            $$"""
            { "Mesh": {
                "VirtualServices": { {{Map(RuleSet.VirtualService, number)}} },
                "DestinationRules": { {{Map(RuleSet.DestinationRule, number)}} } } }
            """;

        private static string Map(Func<string, int, string> write, int number)
            => string.Join(",\n", RuleSet.Services.Select(service => $"\"{service}\": {write(service, number)}"));
    }
}
