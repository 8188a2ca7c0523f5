using System.Collections.Frozen;
using CsCheck;
using Mesh.Client.Kubernetes.Services;

namespace Mesh.Client.Kubernetes.Tests.Services;

public sealed class EndpointMergePropertyTests
{
    private static readonly string[] V4 = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"];
    private static readonly string[] V6 = ["fd00::1", "fd00::2"];
    private static readonly SlicePort[] Ports = [new("http", 8080, "TCP"), new("http", 9090, "TCP"), new("admin", 8081, "TCP"), new("other", 1, "TCP")];

    private static readonly Gen<SliceMember> Members = Gen.Select(
        Gen.Enum<MemberCondition>(),
        OneOf("p1", "p2", "p3", null),
        OneOf("n1", "n2", null),
        OneOf("eu-1", "us-1", null),
        Gen.Select(OneOf("eu-1", "us-1", "eu-1 us-1", "eu-1", null), OneOf("n1", "n2", "n1 n2", "n1", null)),
        (condition, pod, node, zone, hints) => new SliceMember("", condition, pod, node, zone, hints.Item1, hints.Item2));

    private static readonly Gen<Slice> Slices = Gen.Select(
        Gen.Bool.SelectMany(isV6 => Gen.Shuffle(isV6 ? V6 : V4).SelectMany(all => Gen.Int[0, all.Length].Select(count => (isV6, Addresses: all[..count])))),
        Members.Array[4],
        Gen.Shuffle(Ports).SelectMany(all => Gen.Int[0, 2].Select(count => all[..count])),
        (addresses, members, ports) => new Slice(
            addresses.isV6 ? AddressFamily.IPv6 : AddressFamily.IPv4,
            [.. addresses.Addresses.Zip(members, (address, member) => member with { Address = address })],
            ports));

    private static readonly Gen<ServiceSpec> Services = Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.Bool, OneOf("Local", "Cluster", null), (ports, isNotReadyPublished, isV6First, policy) => new ServiceSpec(
        null,
        null,
        null,
        [.. new[] { new ServicePortObject("http", 80, null, null, null), new ServicePortObject("admin", 81, null, null, null) }.Take(ports)],
        isV6First ? ["IPv6", "IPv4"] : ["IPv4", "IPv6"],
        isNotReadyPublished,
        policy));

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (8, Gen.Select(OneOf("a", "b", "c"), Slices, Gen.Bool, (name, slice, isKept) => new Step { Name = name, Slice = slice, IsKept = isKept })),
        (6, Gen.Select(OneOf("a", "b", "c"), Gen.Int[0, 3], Members, Gen.Bool, (name, place, member, isKept) => new Step { Name = name, Place = place, Member = member, IsKept = isKept })),
        (2, OneOf("a", "b", "c").Select(name => new Step { Name = name })),
        (1, Services.Select(service => new Step { Service = service })),
        (1, Gen.Select(OneOf("p1", "p2", "p3"), Gen.Int[0, 2], (pod, version) => new Step { Pod = pod, Version = version })),
        (1, Gen.Bool.Select(isKnown => new Step { IsPlaceKnown = isKnown })));

    [Fact]
    public void Merge_comes_to_what_all_slices_come_to_after_every_change()
    {
        Gen.Select(Steps, Gen.Bool, (step, isLook) => (step, isLook)).Array[1, 30].Sample(
            steps =>
            {
                var run = new Run();
                foreach (var (step, isLook) in steps)
                {
                    run.Apply(step);
                    if (isLook)
                    {
                        run.Check();
                    }
                }

                run.Check();
            },
            iter: 3000);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private sealed class Run
    {
        private static readonly FrozenDictionary<string, string>[] Labels =
            [.. Enumerable.Range(0, 3).Select(version => new Dictionary<string, string> { ["version"] = $"v{version}" }.ToFrozenDictionary())];

        private readonly EndpointMerge _merge = new();
        private readonly EndpointMergeModel _model = new();
        private IReadOnlyList<MeshEndpoint> _shown = [];

        public Run()
        {
            _merge.SetService(ServiceSpec.Empty, [], EndpointMergeModel.OwnNode);
            SetPlace(null);
        }

        public void Apply(Step step)
        {
            if (step.Name is { } name)
            {
                var before = _model.Slices.GetValueOrDefault(name);
                var slice = step.Member is null ? step.Slice : before is null ? null : Edit(before, step.Place, step.Member);
                slice = step.IsKept && before is not null ? slice?.Keep(before) : slice;
                _merge.SetSlice(name, slice);
                _model.Slices.Remove(name);
                if (slice is not null)
                {
                    _model.Slices.Add(name, slice);
                }
            }
            else if (step.Service is { } service)
            {
                _merge.SetService(service, [], EndpointMergeModel.OwnNode);
                _model.Service = service;
            }
            else if (step.Pod is { } pod)
            {
                _model.Pods[pod] = Labels[step.Version];
                _merge.ChangePod(pod);
            }
            else
            {
                SetPlace(step.IsPlaceKnown ? "eu/eu-1" : null);
            }
        }

        public void Check()
        {
            var next = _merge.Take();
            var shown = next ?? _shown;
            var described = shown.ToDictionary(endpoint => endpoint.Address.Trim('[', ']'), EndpointMergeModel.Describe);
            Assert.Equal(_model.Describe(), new SortedDictionary<string, string>(described, StringComparer.Ordinal));

            Assert.Equal(_model.Slices.Values.SelectMany(slice => slice.Members).Select(member => member.Address).Distinct().Count(), _merge.Count);

            // What did not change is the same object, and stands where it stood.
            var before = _shown.ToDictionary(endpoint => endpoint.Address);
            foreach (var endpoint in shown)
            {
                if (before.TryGetValue(endpoint.Address, out var known) && EndpointMergeModel.Describe(known) == EndpointMergeModel.Describe(endpoint))
                {
                    Assert.Same(known, endpoint);
                }
            }

            var kept = shown.Select(endpoint => endpoint.Address).ToHashSet();
            Assert.Equal(
                _shown.Select(endpoint => endpoint.Address).Where(kept.Contains),
                shown.Select(endpoint => endpoint.Address).Where(before.ContainsKey));
            _shown = shown;
        }

        /// <summary>One member says something else, or is gone where there are not so many.</summary>
        private static Slice Edit(Slice slice, int place, SliceMember member)
        {
            SliceMember[] members = [.. slice.Members.Select(known => known with { })];
            return slice with
            {
                Members = place < members.Length
                    ? [.. members[..place], member with { Address = members[place].Address }, .. members[(place + 1)..]]
                    : members[..^Math.Min(1, members.Length)],
            };
        }

        private void SetPlace(string? own)
        {
            _model.Own = own;
            _merge.SetSurroundings(pod => _model.Pods.GetValueOrDefault(pod), new Surroundings(static _ => null, own));
        }
    }

    private sealed record Step
    {
        public string? Name { get; init; }

        public Slice? Slice { get; init; }

        /// <summary>With a place: one member of the slice is another, or is gone.</summary>
        public SliceMember? Member { get; init; }

        public int Place { get; init; }

        /// <summary>What did not change in the slice stays the same objects.</summary>
        public bool IsKept { get; init; }

        public ServiceSpec? Service { get; init; }

        public string? Pod { get; init; }

        public int Version { get; init; }

        public bool IsPlaceKnown { get; init; }
    }
}
