using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Routing;
using Mesh.Client.Tests.Model;

namespace Mesh.Client.Tests.Routing;

/// <summary>The look-up against one that walks everything.</summary>
public sealed class HostTablePropertyTests
{
    private static readonly Gen<string> Label = Gen.OneOf("a", "b", "foo", "b-a");
    private static readonly Gen<string> Name = Label.Array[1, 4].Select(labels => string.Join('.', labels));
    private static readonly Gen<string> Suffix = Gen.Select(Gen.OneOf(".", ".", "-", ""), Name, (before, name) => before + name);

    [Fact]
    public void TryFind_agrees_with_a_walk_over_all_hosts()
        => Gen.Select(Name.Array[0, 6], Suffix.Array[0, 4], Name, Gen.Bool)
            .Sample((services, wildcards, asked, dot) =>
            {
                var snapshot = Given.Snapshot(
                    [.. services.Distinct().Select(name => Given.Service(name))],
                    [.. wildcards.Select((end, i) => Given.VirtualService($"v{i}", [$"*{end}"], Given.Route("target.test")))],
                    defaultDiscovery: DiscoveryKind.Dns);

                var expected = Walk(services, wildcards, asked);
                var found = HostTable.TryFind(snapshot, new($"http://{asked.ToUpperInvariant()}{(dot ? "." : "")}/"), out var match);

                Assert.Equal(expected is not null, found);
                Assert.Equal(expected, match.Host?.Name);
            });

    private static string? Walk(string[] services, string[] wildcards, string asked)
    {
        var full = services.Where(name => name.Contains('.')).FirstOrDefault(name => name == asked);
        if (full is not null)
        {
            return full;
        }

        var shortName = services.Where(name => !name.Contains('.')).FirstOrDefault(name
            => asked == name || asked == $"{name}.default" || asked == $"{name}.default.svc" || asked == $"{name}.default.svc.cluster.local");
        if (shortName is not null)
        {
            return $"{shortName}.default.svc.cluster.local";
        }

        var wildcard = wildcards.Where(end => asked.EndsWith(end, StringComparison.Ordinal) && asked.Length > end.Length)
            .MaxBy(end => end.Length);
        return wildcard is null ? null : $"*{wildcard}";
    }
}
