using System.Globalization;
using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;

namespace Mesh.Client.Tests.Configuration;

/// <summary>
/// Valid rules, spoilt at random: never an exception, and either a reason to refuse all of it or something that compiles and routes. A failure
/// names its seed: MESH_MUTATION_SEED=n starts there, MESH_MUTATION_CASES=n runs as many.
/// </summary>
public sealed class MutationPropertyTests
{
    private const int Cases = 100_000;
    private const int SoakCases = 3_000_000;
    private const long MostBytes = 64 * 1024 * 1024;

    private static readonly Uri[] Targets =
    [
        new("http://reviews/a/b?q=v"), new("http://reviews:9080/old"), new("https://reviews.example/b"), new("http://x.reviews.example/c/1"), new("http://vms.example/"),
    ];

    public static TheoryData<int> Documents => [.. Enumerable.Range(0, MutationCorpus.Documents.Count)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Load_the_unspoilt_texts_are_accepted(int index)
        => Loading.NotRefused(Load(new(0, MutationCorpus.Documents[index].Format, MutationCorpus.Documents[index].Text)));

    [Fact]
    public void Load_a_spoilt_text_is_refused_with_a_reason_or_routes_calls() => Run(Option("CASES") ?? Cases);

    [Fact]
    [Trait("Category", "Soak")]
    public void Load_a_spoilt_text_is_refused_with_a_reason_or_routes_calls_for_long() => Run(Option("CASES") ?? SoakCases);

    private static void Run(int cases)
    {
        var (refused, first) = (0, Option("SEED") ?? 1);
        var requests = Array.ConvertAll(Targets, target => new HttpRequestMessage(HttpMethod.Get, target));
        requests[0].Headers.Add("end-user", "a.c");
        for (var seed = first; seed < first + cases; seed++)
        {
            var mutation = Mutation.Create(seed);
            try
            {
                refused += Check(mutation, requests) ? 1 : 0;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Seed {seed}, {mutation.Format}: {exception.Message}\n{mutation.Text}"), exception);
            }
        }

        Assert.True(cases < Cases || (refused > cases / 4 && refused < cases - (cases / 10)), $"{refused} of {cases} are refused: the mutations no longer reach both.");
    }

    /// <returns>Whether the document is refused.</returns>
    private static bool Check(Mutation mutation, HttpRequestMessage[] requests)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var loaded = Load(mutation);
        CheckFindings(loaded.Findings);
        var (configuration, findings) = ConfigurationMerger.Merge([loaded]);
        CheckFindings(findings);
        if (loaded.IsRefused)
        {
            Assert.Same(MeshConfiguration.Empty, loaded.Configuration);
            Assert.Empty(loaded.Settings);
        }

        var snapshot = SnapshotCompiler.Compile(configuration, 1);
        foreach (var request in requests)
        {
            if (HostTable.TryFind(snapshot, request.RequestUri!, out var match))
            {
                var decision = RouteSelector.Select(match, request, MeshRandom.Seeded(1));
                Assert.True(decision is { Failure: not MeshResponseFlags.None } or { Cluster: not null } or { Rule: not null }, "A call leads nowhere, without a reason.");
            }
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        return loaded.IsRefused;
    }

    private static void CheckFindings(IReadOnlyList<MeshFinding> findings)
    {
        Assert.True(findings.Count <= FindingSink.Limit + 2);
        foreach (var finding in findings)
        {
            Assert.True(
                finding is { Code: ['M', 'E', 'S', 'H', _, _, _, _], Path: not null, Resource: not null, Message.Length: > 0 and < 3_000, Source: "x", Line: > 0 } && Enum.IsDefined(finding.Severity),
                finding.ToString());
        }
    }

    private static LoadedDocument Load(Mutation mutation) => DocumentLoader.Load(mutation.Format switch
    {
        MeshDocumentFormat.MeshJson => MeshDocument.FromMeshJson("x", mutation.Text),
        MeshDocumentFormat.IstioJson => MeshDocument.FromIstioJson("x", mutation.Text),
        _ => MeshDocument.FromIstioYaml("x", mutation.Text),
    });

    private static int? Option(string name)
        => int.TryParse(Environment.GetEnvironmentVariable("MESH_MUTATION_" + name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
