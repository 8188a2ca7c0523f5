using System.Globalization;
using Mesh.Client.Configuration;
using Mesh.Client.Persistence;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Persistence;

/// <summary>Runs of one process after another, and what of the last good state the next one has.</summary>
public sealed class SavedStateTests : IDisposable
{
    private const string Reviews = "reviews.default.svc.cluster.local";

    private static readonly MeshDocument Found = MeshDocument.Fallback("Service/default/reviews", SavedMesh.Rules);

    private readonly TestClock _clock = new();
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"mesh-state-{Guid.NewGuid():N}");

    private string EndpointsFile => Path.Combine(_path, "endpoints.json");

    private string RulesFile => Path.Combine(_path, "rules.json");

    public void Dispose()
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    [Fact]
    public async Task Process_serves_while_its_source_of_endpoints_fails_from_the_start()
    {
        await RunAsync(new MeshEndpoint("10.0.0.1:80"), new MeshEndpoint("10.0.0.2:80"));
        _clock.Advance(TimeSpan.FromMinutes(3));
        using var mesh = new SavedMesh(_path, _clock);
        mesh.EndpointSource.Beginning = _ => throw new TimeoutException("no registry");

        Assert.Contains(await mesh.GetAsync(), new[] { "10.0.0.1:80", "10.0.0.2:80" });
        Assert.Equal((MeshDiscoveryState.Stale, TimeSpan.FromMinutes(3)), (mesh.Discovery.State, mesh.Discovery.Age));
        Assert.Contains("no registry", mesh.Discovery.Problem, StringComparison.Ordinal);
        Assert.Contains(mesh.Logs.Entries, entry => entry.Message.Contains("2 endpoints that were confirmed 00:03:00", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Source_that_answers_replaces_what_was_saved()
    {
        await RunAsync(new MeshEndpoint("10.0.0.1:80"));
        using var mesh = new SavedMesh(_path, _clock);
        var call = mesh.GetAsync();
        await mesh.EndpointSource.OfAsync("reviews");
        Assert.False(call.IsCompleted);
        await mesh.EndpointSource.PushAsync("reviews", new MeshEndpoint("10.0.0.2:80"));

        Assert.Equal("10.0.0.2:80", await call);
        Assert.Equal(["10.0.0.2:80"], mesh.Addresses);
        Assert.Equal(MeshDiscoveryState.Known, mesh.Discovery.State);
    }

    [Fact]
    public async Task Source_that_says_there_are_none_is_believed()
    {
        await RunAsync(new MeshEndpoint("10.0.0.1:80"));
        using (var mesh = new SavedMesh(_path, _clock))
        {
            var call = mesh.GetAsync();
            (await mesh.EndpointSource.OfAsync("reviews")).Push(new MeshEndpointSet([]));
            Assert.Null(await call);
            Assert.Empty(mesh.Addresses);
        }

        // And nothing is left for the next run.
        using var next = new SavedMesh(_path, _clock);
        Assert.Contains(next.Logs.Entries, entry => entry.Message.Contains("endpoints of 0 services", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Source_that_says_nothing_holds_the_first_call_up_for_five_seconds_and_no_longer()
    {
        await RunAsync(new MeshEndpoint("10.0.0.1:80"));
        using var mesh = new SavedMesh(_path, _clock);
        var call = mesh.GetAsync();
        await mesh.EndpointSource.OfAsync("reviews");
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("10.0.0.1:80", await call);
        Assert.Equal(MeshDiscoveryState.Stale, mesh.Discovery.State);
        Assert.Contains("has not answered since the start", mesh.Discovery.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_starts_and_serves_while_rules_and_endpoints_are_out_of_reach()
    {
        await RunAsync(new MeshEndpoint("10.0.0.1:80"));
        _clock.Advance(TimeSpan.FromHours(2));
        using var mesh = new SavedMesh(_path, _clock, failsAtStart: true);
        mesh.EndpointSource.Beginning = _ => throw new TimeoutException("no registry");

        Assert.Equal("10.0.0.1:80", await mesh.GetAsync());
        var finding = Assert.Single(mesh.Mesh.Findings);
        Assert.Equal((SourceFindings.RestoredRules, MeshFindingSeverity.Warning, "control plane"), (finding.Code, finding.Severity, finding.Source));
        Assert.Contains("0.02:00:00 ago", finding.Message, StringComparison.Ordinal);
        Assert.Contains("no control plane", finding.Message, StringComparison.Ordinal);
        Assert.Contains(mesh.Logs.Complaints, entry => entry.Message.Contains("02:00:00 ago", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rules_that_come_later_replace_what_was_saved()
    {
        await RunAsync(new MeshEndpoint("10.0.0.1:80"));
        using var mesh = new SavedMesh(_path, _clock, failsAtStart: true);
        mesh.RuleSource.PushJson("""{ "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.9:80" } ] } } }""");
        await Eventually.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(50));
            return mesh.Mesh.RulesVersion == 2;
        });

        Assert.Equal("10.0.0.9:80", await mesh.GetAsync());
        Assert.Empty(mesh.Mesh.Findings);
    }

    [Fact]
    public void Rules_that_fail_without_any_saved_fail_the_start()
        => Assert.Throws<MeshConfigurationException>(() => new SavedMesh(_path, _clock, failsAtStart: true));

    [Fact]
    public async Task Age_goes_on_over_runs_in_which_nobody_confirmed_anything()
    {
        await RunAsync(new MeshEndpoint("10.0.0.1:80"));
        for (var run = 0; run < 3; run++)
        {
            _clock.Advance(TimeSpan.FromHours(1));
            using var without = new SavedMesh(_path, _clock, failsAtStart: true);
            without.EndpointSource.Beginning = _ => throw new TimeoutException();
            await without.GetAsync();
            _clock.Advance(StateKeeper.Upkeep);
        }

        using var mesh = new SavedMesh(_path, _clock, failsAtStart: true);
        mesh.EndpointSource.Beginning = _ => throw new TimeoutException();
        await mesh.GetAsync();
        Assert.Equal(TimeSpan.FromHours(3) + (3 * StateKeeper.Upkeep), mesh.Discovery.Age);
        Assert.Contains("0.03:15:00 ago", Assert.Single(mesh.Mesh.Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_that_is_not_called_in_a_run_is_there_for_the_next()
    {
        await RunAsync(new MeshEndpoint("10.0.0.1:80"));
        using (new SavedMesh(_path, _clock))
        {
            _clock.Advance(StateKeeper.Upkeep);
        }

        using var mesh = new SavedMesh(_path, _clock);
        mesh.EndpointSource.Beginning = _ => throw new TimeoutException();
        Assert.Equal("10.0.0.1:80", await mesh.GetAsync());
    }

    [Fact]
    public async Task What_nobody_confirmed_for_a_week_is_let_go()
    {
        await RunAsync(new MeshEndpoint("10.0.0.1:80"));
        _clock.Advance(StateKeeper.Longest);

        Assert.Throws<MeshConfigurationException>(() => new SavedMesh(_path, _clock, failsAtStart: true));
        using var mesh = new SavedMesh(_path, _clock);
        var call = mesh.GetAsync();
        await mesh.EndpointSource.PushAsync("reviews", new MeshEndpoint("10.0.0.2:80"));
        await call;
        Assert.DoesNotContain(mesh.Logs.Entries, entry => entry.Message.Contains("earlier run", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Endpoints_that_another_discovery_found_are_not_used()
    {
        await RunAsync(new MeshEndpoint("10.0.0.1:80"));
        File.WriteAllText(EndpointsFile, File.ReadAllText(EndpointsFile).Replace("\"Fake\"", "\"Dns\"", StringComparison.Ordinal));
        using var mesh = new SavedMesh(_path, _clock);
        mesh.EndpointSource.Beginning = _ => throw new TimeoutException();
        var call = mesh.GetAsync();
        await mesh.EndpointSource.BegunAsync();
        await Eventually.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(500));
            return call.IsCompleted;
        });

        Assert.Null(await call);
    }

    [Fact]
    public async Task Everything_about_an_endpoint_survives()
    {
        await RunAsync(
            new MeshEndpoint("10.0.0.1") { Labels = new Dictionary<string, string> { ["version"] = "v1" }, Locality = "eu/a", Weight = 7, Priority = 3, Ports = new Dictionary<int, int> { [80] = 8080 } },
            new MeshEndpoint("fd00::1", 80) { IsForOthers = true },
            new MeshEndpoint("unix:/run/a.sock") { State = MeshEndpointState.Draining });
        using var mesh = new SavedMesh(_path, _clock);
        mesh.EndpointSource.Beginning = _ => throw new TimeoutException();
        await mesh.GetAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews/");
        var endpoints = mesh.Mesh.Explain(request).Destinations[0].Cluster!.Endpoints;

        Assert.Equal(["10.0.0.1:8080", "[fd00::1]:80", "unix:/run/a.sock"], endpoints.Select(endpoint => endpoint.Address));
        Assert.Equal(("v1", "eu/a", 7, false), (endpoints[0].Labels["version"], endpoints[0].Locality, endpoints[0].Weight, endpoints[0].IsDraining));
        Assert.True(endpoints[2].IsDraining);
        Assert.Equal([3, 0, 0], mesh.Mesh.GetClusters()[0].Endpoints.Select(endpoint => endpoint.Priority));
        Assert.Contains("\"isForOthers\":true", File.ReadAllText(EndpointsFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_that_a_directory_found_is_kept_with_its_document_and_age()
    {
        await FindAsync(new MeshEndpoint("10.0.0.1:80"));
        _clock.Advance(TimeSpan.FromMinutes(3));
        using var mesh = new SavedMesh(_path, _clock);
        var restored = mesh.Directory.Memory!.Find(Reviews);

        Assert.Equal((Found.Name, Found.Text, true), (restored!.Document.Name, restored.Document.Text, restored.Document.IsFallback));
        Assert.Equal(TimeSpan.FromMinutes(3), restored.Age);
        Assert.Null(mesh.Directory.Memory.Find("ratings.default.svc.cluster.local"));
    }

    [Fact]
    public async Task Service_that_a_directory_found_without_endpoints_is_kept_too()
    {
        await FindAsync();
        using var mesh = new SavedMesh(_path, _clock);

        Assert.NotNull(mesh.Directory.Memory!.Find(Reviews));
        Assert.Contains(mesh.Logs.Entries, entry => entry.Message.Contains("endpoints of 1 services", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Service_that_a_directory_does_not_find_any_more_is_not_there_for_the_next_run()
    {
        await FindAsync(new MeshEndpoint("10.0.0.1:80"));
        using (var mesh = new SavedMesh(_path, _clock))
        {
            mesh.Directory.Memory!.Forget(Reviews);
        }

        using var next = new SavedMesh(_path, _clock);
        Assert.Null(next.Directory.Memory!.Find(Reviews));
    }

    [Fact]
    public async Task Service_that_is_not_asked_for_in_a_run_is_kept_through_it()
    {
        await FindAsync(new MeshEndpoint("10.0.0.1:80"));
        using (var mesh = new SavedMesh(_path, _clock))
        {
            await mesh.KnowAsync(new MeshEndpoint("10.0.0.2:80"));
        }

        using var next = new SavedMesh(_path, _clock);
        Assert.NotNull(next.Directory.Memory!.Find(Reviews));
    }

    [Fact]
    public async Task Document_of_a_service_that_cannot_be_is_told_of_and_done_without()
    {
        await FindAsync(new MeshEndpoint("10.0.0.1:80"));
        File.WriteAllText(EndpointsFile, File.ReadAllText(EndpointsFile).Replace(Found.Name, "", StringComparison.Ordinal));
        using var mesh = new SavedMesh(_path, _clock);

        Assert.Null(mesh.Directory.Memory!.Find(Reviews));
        Assert.Contains(mesh.Logs.Complaints, entry => entry.Message.Contains($"the service {Reviews} cannot be used", StringComparison.Ordinal));
    }

    /// <summary>Hosts that are no services are asked for again and again.</summary>
    [Fact]
    public void Service_that_never_was_there_is_no_reason_to_save()
    {
        using var logs = new LogCapture();
        using var keeper = new StateKeeper(_path, _clock, logs.CreateLogger("state"));
        var saves = 0;
        keeper.Follow(
            () =>
            {
                saves++;
                return [];
            },
            () => []);
        _clock.Advance(StateKeeper.Delay);
        keeper.Forget("nothing.default.svc.cluster.local");
        _clock.Advance(StateKeeper.Delay);
        Assert.Equal(1, saves);

        keeper.Keep(Reviews, Found);
        keeper.Forget(Reviews);
        _clock.Advance(StateKeeper.Delay);
        Assert.Equal(2, saves);
    }

    /// <summary>Else the next process would read the files before they are written.</summary>
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task End_waits_for_a_saving_that_is_under_way_and_saves_what_changed_since(bool isChanged, int expected)
    {
        using var logs = new LogCapture();
        var keeper = new StateKeeper(_path, _clock, logs.CreateLogger("state"));
        var saving = new SyncPoint();
        var saves = 0;
        keeper.Follow(
            () =>
            {
                if (++saves == 1)
                {
                    saving.Reach();
                }

                return [];
            },
            () => []);
        var due = Task.Run(() => _clock.Advance(StateKeeper.Delay), TestContext.Current.CancellationToken);
        await saving.WaitUntilReachedAsync();
        if (isChanged)
        {
            keeper.OnChanged();
        }

        var end = Task.Run(keeper.Dispose, TestContext.Current.CancellationToken);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(end.IsCompleted);
        saving.Continue();
        await Eventually.EndsAsync(end);
        await Eventually.EndsAsync(due);

        _clock.Advance(StateKeeper.Upkeep);
        Assert.Equal(expected, saves);
    }

    /// <summary>Who looks holds a lock that the saving needs.</summary>
    [Fact]
    public async Task Look_at_what_is_saved_does_not_wait_for_the_saving()
    {
        await FindAsync(new MeshEndpoint("10.0.0.1:80"));
        using var logs = new LogCapture();
        var keeper = new StateKeeper(_path, _clock, logs.CreateLogger("state"));
        var found = false;
        keeper.Follow(
            () =>
            {
                found = Task.Run(() => keeper.Find(Reviews)).Wait(TimeSpan.FromSeconds(20));
                return [];
            },
            () => []);

        keeper.Dispose();

        Assert.True(found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("not json at all")]
    [InlineData("""{ "kind": "Something else", "version": 1, "services": [], "sources": [] }""")]
    [InlineData("""{ "kind": "Mesh.Client endpoints", "version": 2, "services": [], "sources": [] }""")]
    [InlineData("""{ "kind": "Mesh.Client endpoints", "version": 1, "services": null }""")]
    [InlineData("""{ "kind": "Mesh.Client endpoints", "version": 1, "services": [ { "service": "reviews", "discovery": "Fake", "confirmedAt": "yesterday", "endpoints": [] } ] }""")]
    [InlineData("""{ "kind": "Mesh.Client endpoints", "version": 1, "services": [ { "service": "reviews", "discovery": "Fake", "confirmedAt": "2026-01-02T00:00:00Z" } ] }""")]
    public async Task File_that_is_torn_or_foreign_is_told_of_and_done_without(string content)
    {
        Directory.CreateDirectory(_path);
        File.WriteAllText(EndpointsFile, content);
        File.WriteAllText(RulesFile, content);
        using var mesh = new SavedMesh(_path, _clock);

        Assert.Contains(mesh.Logs.Complaints, entry => entry.Message.Contains(EndpointsFile, StringComparison.Ordinal));
        await mesh.KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        Assert.Equal("10.0.0.1:80", await mesh.GetAsync());
    }

    [Theory]
    [InlineData("\"address\":\"10.0.0.1:80\"", "\"address\":\"nonsense:nonsense\"")]
    [InlineData("\"weight\":3", "\"weight\":-3")]
    [InlineData("\"locality\":\"eu\"", "\"locality\":\"/\"")]
    [InlineData("\"priority\":2", "\"priority\":70000")]
    public async Task Endpoint_that_cannot_be_is_done_without(string written, string wrong)
    {
        await RunAsync(new MeshEndpoint("10.0.0.1:80") { Weight = 3, Priority = 2, Locality = "eu" });
        var text = File.ReadAllText(EndpointsFile);
        Assert.Contains(written, text, StringComparison.Ordinal);
        File.WriteAllText(EndpointsFile, text.Replace(written, wrong, StringComparison.Ordinal));
        using var mesh = new SavedMesh(_path, _clock);

        await mesh.KnowAsync(new MeshEndpoint("10.0.0.2:80"));
        Assert.Equal("10.0.0.2:80", await mesh.GetAsync());
    }

    [Fact]
    public async Task Torn_file_at_every_length_never_stops_the_start()
    {
        await RunAsync(new MeshEndpoint("10.0.0.1:80"));
        var (endpoints, rules) = (File.ReadAllBytes(EndpointsFile), File.ReadAllBytes(RulesFile));
        for (var length = 0; length < Math.Max(endpoints.Length, rules.Length); length += 23)
        {
            File.WriteAllBytes(EndpointsFile, endpoints[..Math.Min(length, endpoints.Length)]);
            File.WriteAllBytes(RulesFile, rules[..Math.Min(length, rules.Length)]);
            using var mesh = new SavedMesh(_path, _clock);
            Assert.Equal(1, mesh.Mesh.RulesVersion);
        }
    }

    [Fact]
    public async Task Document_that_is_refused_by_now_is_done_without()
    {
        await RunAsync(new MeshEndpoint("10.0.0.1:80"));
        File.WriteAllText(RulesFile, File.ReadAllText(RulesFile).Replace("Services", "Surfaces", StringComparison.Ordinal));

        var refused = Assert.Throws<MeshConfigurationException>(() => new SavedMesh(_path, _clock, failsAtStart: true));
        Assert.Equal(SourceFindings.SourceFailed, Assert.Single(refused.Findings).Code);
    }

    [Fact]
    public async Task Directory_that_cannot_be_made_is_told_of_once_and_nothing_else()
    {
        File.WriteAllText(_path, "a file, not a directory");
        try
        {
            await AssertToldOnceAsync(_path);
        }
        finally
        {
            File.Delete(_path);
        }
    }

    [Fact]
    public async Task Directory_that_must_not_be_written_to_is_told_of_once_and_nothing_else()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A place where nobody may write, not even root.");
        await AssertToldOnceAsync("/sys/mesh-state");
    }

    [Fact]
    public async Task Changes_are_written_together_and_some_time_after_them()
    {
        using var mesh = new SavedMesh(_path, _clock);
        await mesh.KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        Assert.False(File.Exists(EndpointsFile));

        _clock.Advance(StateKeeper.Delay);
        Assert.Contains("10.0.0.1:80", File.ReadAllText(EndpointsFile), StringComparison.Ordinal);
        Assert.Contains("control plane", File.ReadAllText(RulesFile), StringComparison.Ordinal);
        Assert.Equal(["endpoints.json", "rules.json"], Directory.GetFileSystemEntries(_path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Time_of_the_confirmation_is_kept_true_while_nothing_changes()
    {
        using (var mesh = new SavedMesh(_path, _clock))
        {
            await mesh.KnowAsync(new MeshEndpoint("10.0.0.1:80"));
            _clock.Advance(TimeSpan.FromHours(5) + TimeSpan.FromMinutes(1));
        }

        using var next = new SavedMesh(_path, _clock);
        next.EndpointSource.Beginning = _ => throw new TimeoutException();
        await next.GetAsync();
        Assert.InRange(next.Discovery.Age, TimeSpan.Zero, StateKeeper.Upkeep);
    }

    [Fact]
    public async Task Files_are_nobody_elses_business()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes of files.");
        await RunAsync(new MeshEndpoint("10.0.0.1:80"));

        Assert.All(new[] { EndpointsFile, RulesFile }, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task Whoever_reads_while_it_is_written_finds_a_whole_file()
    {
        using var logs = new LogCapture();
        var directory = new StateDirectory(_path, logs.CreateLogger("state"));
        using var end = new CancellationTokenSource();
        var reading = Task.Run(
            () =>
            {
                var reads = 0;
                for (; !end.IsCancellationRequested; reads++)
                {
                    directory.Read(SavedStateJson.Default.SavedEndpoints);
                }

                return reads;
            },
            TestContext.Current.CancellationToken);
        for (var round = 1; round <= 60; round++)
        {
            var endpoints = Enumerable.Range(0, round * 40).Select(number => new SavedEndpoint { Address = string.Create(CultureInfo.InvariantCulture, $"10.0.{number >> 8}.{number & 255}:80") }).ToList();
            Assert.True(directory.Write(
                new SavedEndpoints(SavedEndpoints.FileKind, StateDirectory.Version, [new("reviews", "Fake", DateTimeOffset.UnixEpoch, endpoints)]), SavedStateJson.Default.SavedEndpoints));
        }

        await end.CancelAsync();
        Assert.NotEqual(0, await reading);
        Assert.Empty(logs.Complaints);
    }

    [Fact]
    public void File_that_is_too_large_is_not_read()
    {
        Directory.CreateDirectory(_path);
        using (var file = File.Create(EndpointsFile))
        {
            file.SetLength(StateDirectory.MostBytes + 1L);
        }

        using var logs = new LogCapture();
        Assert.Null(new StateDirectory(_path, logs.CreateLogger("state")).Read(SavedStateJson.Default.SavedEndpoints));
        Assert.Contains("bytes", Assert.Single(logs.Complaints).Message, StringComparison.Ordinal);
    }

    /// <summary>A run in which everything answers.</summary>
    private async Task RunAsync(params MeshEndpoint[] endpoints)
    {
        using var mesh = new SavedMesh(_path, _clock);
        await mesh.KnowAsync(endpoints);
    }

    /// <summary>A run in which a directory finds the service.</summary>
    private async Task FindAsync(params MeshEndpoint[] endpoints)
    {
        using var mesh = new SavedMesh(_path, _clock);
        mesh.Directory.Memory!.Keep(Reviews, Found);
        await mesh.KnowAsync(endpoints);
    }

    private async Task AssertToldOnceAsync(string path)
    {
        using var mesh = new SavedMesh(path, _clock);
        await mesh.KnowAsync(new MeshEndpoint("10.0.0.1:80"));
        _clock.Advance(StateKeeper.Delay);
        _clock.Advance(StateKeeper.Upkeep);
        _clock.Advance(StateKeeper.Upkeep);

        Assert.Equal("10.0.0.1:80", await mesh.GetAsync());
        Assert.InRange(mesh.Logs.Complaints.Count(entry => entry.Message.Contains("cannot be saved", StringComparison.Ordinal)), 1, 2);
    }
}
