using System.Collections;
using System.Diagnostics.CodeAnalysis;
using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Tests.Model;

namespace Mesh.Client.Tests.Configuration;

public sealed class WorkloadIndexTests
{
    private static readonly Gen<Dictionary<string, string>> Labels = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3]).Array[0, 3]
        .Select(pairs => pairs.DistinctBy(pair => pair.Item1).ToDictionary(pair => $"l{pair.Item1}", pair => $"v{pair.Item2}"));

    [Fact]
    public void Select_finds_in_order_what_a_walk_over_all_workloads_finds() => Seeded.Sample(
        Gen.Select(Gen.Select(Labels, Gen.Bool).Array[0, 12], Labels.Array[1, 4]), 2_000, given =>
        {
            WorkloadEntryConfiguration[] workloads = [.. given.Item1.Select((workload, number) => Workload(number, workload.Item1, workload.Item2 ? "default" : "prod"))];
            var index = new WorkloadIndex(workloads);
            foreach (var selector in given.Item2)
            {
                Assert.Equal(
                    workloads.Where(workload => workload.Metadata.Namespace == "default" && selector.Selects(workload.Labels)), index.Select("default", selector));
                Assert.Same(index.Select("default", selector), index.Select("default", new Dictionary<string, string>(selector.Reverse())));
            }
        });

    [Fact]
    public void Rules_of_a_thousand_entries_and_a_thousand_workloads_look_at_each_workload_a_few_times()
    {
        const int Count = 1_000;
        var looks = new StrongBox();
        var configuration = new MeshConfiguration
        {
            Namespace = "default",
            WorkloadEntries =
                [.. Enumerable.Range(0, Count).Select(number => Workload(number, new CountingLabels(new() { ["app"] = $"a{number}", ["tier"] = "web" }, looks), "default"))],
            ServiceEntries =
            [
                .. Enumerable.Range(0, Count).Select(number => new ServiceEntryConfiguration
                {
                    Node = Given.Node,
                    Metadata = Given.Metadata("ServiceEntry", $"e{number}"),
                    Hosts = [$"a{number}.example"],
                    Resolution = ServiceResolution.Static,
                    WorkloadSelector = new Dictionary<string, string> { ["tier"] = "web", ["app"] = $"a{number}" },
                }),
            ],
            DestinationRules = [.. Enumerable.Range(0, Count).Select(number => Given.DestinationRule($"r{number}", $"a{number}.example", Given.Subset("v1")))],
        };
        var findings = new FindingSink("test", []);

        new RegistryChecker(configuration, findings).Check();
        new DestinationRuleChecker(configuration, findings).Check();
        var snapshot = SnapshotCompiler.Compile(configuration, 1);

        Assert.Equal(Count, snapshot.Hosts.Count);
        // Three readers, each of which files a workload by its labels, compares it with the selectors that it may fit and copies it.
        Assert.InRange(looks.Count, Count, 30 * Count);
    }

    private static WorkloadEntryConfiguration Workload(int number, IReadOnlyDictionary<string, string> labels, string @namespace) => new()
    {
        Node = Given.Node,
        Metadata = Given.Metadata("WorkloadEntry", $"{@namespace}/w{number}"),
        Address = $"10.0.{number / 250}.{(number % 250) + 1}",
        Labels = labels,
    };

    private sealed class StrongBox
    {
        public int Count { get; set; }
    }

    private sealed class CountingLabels(Dictionary<string, string> labels, StrongBox looks) : IReadOnlyDictionary<string, string>
    {
        public int Count => labels.Count;

        public IEnumerable<string> Keys => labels.Keys;

        public IEnumerable<string> Values => labels.Values;

        public string this[string key] => labels[key];

        public bool ContainsKey(string key) => labels.ContainsKey(key);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
        {
            looks.Count++;
            return labels.TryGetValue(key, out value);
        }

        public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
        {
            looks.Count++;
            return labels.GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
