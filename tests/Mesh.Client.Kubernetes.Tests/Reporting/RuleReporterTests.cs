using System.Net;
using System.Text.Json.Nodes;
using Mesh.Client.Kubernetes.Reporting;
using Mesh.Client.Kubernetes.Rules;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Reporting;

/// <summary>Who reports what when, in fake time.</summary>
public sealed class RuleReporterTests : IDisposable
{
    private const string Lease = "/apis/coordination.k8s.io/v1/namespaces/here/leases";
    private const string Events = "/apis/events.k8s.io/v1/namespaces/a/events";
    private const string One = "/apis/networking.istio.io/v1/namespaces/a/virtualservices/one";

    private readonly PathApi _api = new();
    private readonly LogCapture _log = new();
    private readonly FakeMesh _mesh = new();
    private readonly List<IDisposable> _owned = [];
    private JsonNode? _lease;
    private int _leaseVersion;

    public RuleReporterTests()
    {
        _api.Serve("VirtualService").Serve("HTTPRoute").Put("VirtualService", "a", "one", "{}").Put("VirtualService", "a", "two", "{}").Put("HTTPRoute", "a", "route", "{}");
        _api.Other = (method, path, body) => path.StartsWith(Lease, StringComparison.Ordinal) ? AnswerLease(method, body)
            : path == Events ? (HttpStatusCode.Created, "{}")
            : path.EndsWith("/status", StringComparison.Ordinal) ? (HttpStatusCode.OK, "{}")
            : null;
    }

    public void Dispose()
    {
        _owned.ForEach(owned => owned.Dispose());
        _api.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Nothing_is_asked_or_written_unless_asked_for()
    {
        _mesh.Findings = [Finding("one")];
        await StartAsync(MeshKubernetesReports.None);
        await AdvanceAsync(TimeSpan.FromMinutes(5));

        Assert.Empty(_api.Writes);
        Assert.DoesNotContain(_api.Requests, path => path.StartsWith(Lease, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Finding_is_told_as_an_event_once_however_often_the_rules_are_read()
    {
        _mesh.Findings = [Finding("one"), Finding("nobody"), Finding("two", MeshFindingSeverity.Info)];
        await StartAsync(MeshKubernetesReports.Events);
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        _mesh.Findings = [.. _mesh.Findings];
        await AdvanceAsync(TimeSpan.FromMinutes(1));

        var written = JsonNode.Parse(Assert.Single(Posted(Events)))!;
        Assert.Equal(
            ("VirtualService", "a", "one", "uid-one", "RuleRefused", "Warning", "mesh-client"),
            ((string?)written["regarding"]!["kind"], (string?)written["regarding"]!["namespace"], (string?)written["regarding"]!["name"],
                (string?)written["regarding"]!["uid"], (string?)written["reason"], (string?)written["type"], (string?)written["reportingController"]));
        Assert.Contains("MESH0199 spec.http[0]: 9999 is no status. Write 200.", (string?)written["note"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task End_of_the_findings_and_other_findings_are_told_too()
    {
        _mesh.Findings = [Finding("one")];
        await StartAsync(MeshKubernetesReports.Events);
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        _mesh.Findings = [];
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        _mesh.Findings = [Finding("two", MeshFindingSeverity.Warning)];
        await AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["RuleRefused", "RuleAccepted", "RuleFindings"], Posted(Events).Select(body => (string?)JsonNode.Parse(body)!["reason"]));
    }

    [Fact]
    public async Task Event_of_the_same_words_has_the_same_name_and_one_that_is_there_already_is_well()
    {
        _mesh.Findings = [Finding("one")];
        _api.Refuse = path => path == Events ? HttpStatusCode.Conflict : null;
        await StartAsync(MeshKubernetesReports.Events);
        await AdvanceAsync(TimeSpan.FromMinutes(2));
        var first = Assert.Single(Posted(Events));
        Assert.Empty(_log.Complaints);

        _lease = null;
        await StartAsync(MeshKubernetesReports.Events);
        await AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal((string?)JsonNode.Parse(first)!["metadata"]!["name"], (string?)JsonNode.Parse(Posted(Events)[^1])!["metadata"]!["name"]);
    }

    [Fact]
    public async Task One_process_of_several_reports_and_another_when_that_has_gone()
    {
        _mesh.Findings = [Finding("one")];
        var first = await StartAsync(MeshKubernetesReports.Events);
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        var second = await StartAsync(MeshKubernetesReports.Events);
        await AdvanceAsync(TimeSpan.FromMinutes(3));
        Assert.Single(Posted(Events));
        Assert.Single(_log.Entries, entry => entry.Id.Id == 9200);

        // It ends without a word, as where it is killed: its Lease is not renewed.
        await first.StopAsync(new CancellationToken(canceled: true));
        _lease!["spec"]!["holderIdentity"] = "gone_1";
        await AdvanceAsync(ReportLease.Duration + TimeSpan.FromMinutes(1));

        Assert.Equal(2, _log.Entries.Count(entry => entry.Id.Id == 9200));
        Assert.Equal(2, Posted(Events).Count);
        await second.StopAsync(CancellationToken.None);
        Assert.Equal("", (string?)_lease!["spec"]!["holderIdentity"]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Lease_of_a_process_whose_clock_is_a_day_off_is_taken_when_it_was_not_renewed_for_its_duration(int days)
    {
        _mesh.Findings = [Finding("one")];
        _lease = JsonNode.Parse($$"""
            { "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": { "name": "mesh-client-findings", "namespace": "here", "resourceVersion": "7" },
              "spec": { "holderIdentity": "other_1", "leaseDurationSeconds": 40, "renewTime": "{{ReportLease.MicroTime(_api.Clock.GetUtcNow().AddDays(days))}}" } }
            """);
        await StartAsync(MeshKubernetesReports.Events);
        await AdvanceAsync(ReportLease.Duration);
        Assert.Equal("other_1", (string?)_lease!["spec"]!["holderIdentity"]);

        await AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.NotEqual("other_1", (string?)_lease!["spec"]!["holderIdentity"]);
        Assert.Single(Posted(Events));
    }

    [Fact]
    public async Task Status_gets_a_condition_and_messages_beside_those_of_others_for_the_version_that_was_read()
    {
        _api.Put("VirtualService", "a", "one", "{}", status: """
            { "conditions": [ { "type": "Reconciled", "status": "True" } ], "validationMessages": [ { "type": { "code": "IST0101" } }, { "type": { "code": "MESH0001" } } ], "observedGeneration": 7 }
            """);
        _mesh.Findings = [Finding("one")];
        await StartAsync(MeshKubernetesReports.Status);
        await AdvanceAsync(TimeSpan.FromMinutes(1));

        var (line, body, type) = Assert.Single(_api.Writes, write => write.Line.EndsWith("/status", StringComparison.Ordinal));
        Assert.Equal(("PATCH " + One + "/status", "application/merge-patch+json"), (line, type));
        var patch = JsonNode.Parse(body)!;
        Assert.NotNull((string?)patch["metadata"]!["resourceVersion"]);
        Assert.Equal(["Reconciled", "mesh-client/Accepted"], patch["status"]!["conditions"]!.AsArray().Select(condition => (string?)condition!["type"]));
        Assert.Equal(("False", "RuleRefused"), ((string?)patch["status"]!["conditions"]![1]!["status"], (string?)patch["status"]!["conditions"]![1]!["reason"]));
        Assert.Equal(["IST0101", "MESH0199"], patch["status"]!["validationMessages"]!.AsArray().Select(message => (string?)message!["type"]!["code"]));
        Assert.Null(patch["status"]!["observedGeneration"]);
    }

    [Fact]
    public async Task Status_that_another_changed_meanwhile_is_read_again()
    {
        _mesh.Findings = [Finding("one")];
        var conflicts = 2;
        _api.Refuse = path => path == One + "/status" && conflicts-- > 0 ? HttpStatusCode.Conflict : null;
        await StartAsync(MeshKubernetesReports.Status);
        await AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(3, _api.Writes.Count(write => write.Line.EndsWith("/status", StringComparison.Ordinal)));
        Assert.Equal(3, _api.Requests.Count(path => path == One));
        Assert.Empty(_log.Complaints);
    }

    [Fact]
    public async Task Status_that_says_it_already_is_not_written_and_one_of_an_earlier_process_is_taken_back()
    {
        _api.Put("VirtualService", "a", "one", "{}", status: """
            { "conditions": [ { "type": "mesh-client/Accepted", "status": "False", "reason": "RuleRefused", "message": "old" } ], "validationMessages": [ { "type": { "code": "MESH0001" } } ] }
            """);
        await StartAsync(MeshKubernetesReports.Status);
        await AdvanceAsync(TimeSpan.FromMinutes(1));

        var patch = JsonNode.Parse(Assert.Single(_api.Writes, write => write.Line.EndsWith("/status", StringComparison.Ordinal)).Body)!;
        Assert.Equal(("True", "RuleAccepted"), ((string?)patch["status"]!["conditions"]![0]!["status"], (string?)patch["status"]!["conditions"]![0]!["reason"]));
        Assert.Empty(patch["status"]!["validationMessages"]!.AsArray());

        _api.Put("VirtualService", "a", "one", "{}", status: patch["status"]!.ToJsonString());
        _mesh.Findings = [.. _mesh.Findings];
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Single(_api.Writes, write => write.Line.EndsWith("/status", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Route_of_the_Gateway_API_whose_status_belongs_to_controllers_gets_an_event()
    {
        _mesh.Findings = [Finding("route", kind: "HTTPRoute")];
        await StartAsync(MeshKubernetesReports.Status);
        await AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Single(Posted(Events));
        Assert.DoesNotContain(_api.Writes, write => write.Line.EndsWith("/status", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_findings_are_written_a_few_in_a_round()
    {
        for (var index = 0; index < 100; index++)
        {
            _api.Put("VirtualService", "a", $"rule-{index}", "{}");
        }

        _mesh.Findings = [.. Enumerable.Range(0, 100).Select(index => Finding($"rule-{index}"))];
        await StartAsync(MeshKubernetesReports.Events);
        var counts = new List<int>();
        while (Posted(Events).Count < 100)
        {
            await AdvanceAsync(TimeSpan.FromSeconds(1));
            counts.Add(Posted(Events).Count);
        }

        Assert.All(counts.Zip(counts.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 0, RuleReporter.MostInRound));
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(100, Posted(Events).Count);
    }

    [Theory]
    [InlineData(Lease, "create lease mesh-client-findings in namespace here")]
    [InlineData(Events, "Verb create on events.events.k8s.io is needed in namespace a")]
    public async Task Lack_of_rights_is_told_once_and_reports_come_when_they_are_granted(string path, string told)
    {
        _mesh.Findings = [Finding("one")];
        _api.Refuse = asked => asked == path ? HttpStatusCode.Forbidden : null;
        await StartAsync(MeshKubernetesReports.Events);
        await AdvanceAsync(TimeSpan.FromMinutes(3));
        Assert.Contains(told, Assert.Single(_log.Complaints).Message, StringComparison.Ordinal);

        var before = Posted(Events).Count;
        _api.Refuse = null;
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(before + 1, Posted(Events).Count);
        Assert.Contains(_log.Entries, entry => entry.Id.Id == 9203);
    }

    [Fact]
    public async Task Note_of_an_event_fits_its_bound_whatever_is_found()
    {
        _mesh.Findings = [Finding("one") with { Message = new string('ä', 5000) }];
        await StartAsync(MeshKubernetesReports.Events);
        await AdvanceAsync(TimeSpan.FromMinutes(1));

        var note = (string?)JsonNode.Parse(Assert.Single(Posted(Events)))!["note"];
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(note!), 1000, 1024);
    }

    private async Task<RuleReporter> StartAsync(MeshKubernetesReports reports)
    {
        var cluster = _api.Connect(new MeshKubernetesOptions { Reports = reports, Namespace = "here" }, _log);
        var source = new KubernetesRuleSource(cluster);
        _owned.AddRange([source, cluster]);
        await Eventually.EndsAsync(source.WaitAsync(TestContext.Current.CancellationToken));
        var reporter = new RuleReporter(cluster, source, _mesh);
        _owned.Insert(0, reporter);
        await reporter.StartAsync(TestContext.Current.CancellationToken);
        return reporter;
    }

    private List<string> Posted(string path) => [.. _api.Writes.Where(write => write.Line == "POST " + path).Select(write => write.Body)];

    private async Task AdvanceAsync(TimeSpan time)
    {
        var end = _api.Clock.Elapsed + time;
        while (_api.Clock.Elapsed < end)
        {
            // Long enough for a round to end before the next begins.
            await Task.Delay(3);
            _api.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await Task.Delay(20);
    }

    private (HttpStatusCode Status, string Body)? AnswerLease(HttpMethod method, string body)
    {
        if (method == HttpMethod.Get)
        {
            return _lease is null ? (HttpStatusCode.NotFound, "{}") : (HttpStatusCode.OK, _lease.ToJsonString());
        }

        var written = JsonNode.Parse(body)!;
        if (method == HttpMethod.Put && (string?)written["metadata"]!["resourceVersion"] != (string?)_lease!["metadata"]!["resourceVersion"])
        {
            return (HttpStatusCode.Conflict, "{}");
        }

        written["metadata"]!["resourceVersion"] = $"{++_leaseVersion}";
        _lease = written;
        return (method == HttpMethod.Put ? HttpStatusCode.OK : HttpStatusCode.Created, _lease.ToJsonString());
    }

    private static MeshFinding Finding(string name, MeshFindingSeverity severity = MeshFindingSeverity.Error, string kind = "VirtualService") => new()
    {
        Code = "MESH0199",
        Severity = severity,
        Resource = $"{kind} a/{name}",
        Path = "spec.http[0]",
        Message = "9999 is no status.",
        Fix = "Write 200.",
        Source = $"{kind}/a/{name}",
        RefusesDocument = severity == MeshFindingSeverity.Error,
    };
}
