using Mesh.Client.Configuration;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Identity;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Identity;

public sealed class WorkloadIdentityTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh-identity");
    private readonly Dictionary<string, string> _variables = [];
    private readonly MeshKubernetesOptions _options = new();
    private readonly LogCapture _log = new();
    private string? _place;

    public WorkloadIdentityTests()
    {
        _options.LabelsFile = Path.Combine(_folder.FullName, "labels");
        _variables["HOME"] = _folder.FullName;
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _log.Dispose();
    }

    [Fact]
    public void Pod_is_told_by_the_downward_API()
    {
        _variables["POD_NAME"] = "reviews-v1-7d9f5c8b9-x2x4z";
        _variables["POD_NAMESPACE"] = "shop";
        File.WriteAllText(_options.LabelsFile!, "app=\"reviews\"\npod-template-hash=\"7d9f5c8b9\"\nversion=\"v1\"\nempty=\"\"");

        var identity = Read();

        Assert.Equal(("shop", "reviews-v1", "v1", ""), (identity.Namespace, identity.Workload.Name, identity.Workload.Labels["version"], identity.Workload.Labels["empty"]));
        Assert.Equal("Kubernetes", identity.DefaultDiscovery.ToString());
    }

    [Fact]
    public void Options_go_before_the_environment()
    {
        _variables["POD_NAMESPACE"] = "shop";
        _options.Namespace = "mine";
        _options.ClusterDomain = "corp.example";

        Assert.Equal(("mine", "corp.example"), (Read().Namespace, Read().Domain));
    }

    [Fact]
    public void Namespace_is_that_of_the_service_account()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "namespace"), "prod\n");

        Assert.Equal("prod", Read().Namespace);
    }

    [Fact]
    public void Namespace_is_that_of_the_context_of_a_kubeconfig()
    {
        var file = Path.Combine(_folder.FullName, "config");
        File.WriteAllText(file, """
            current-context: one
            contexts: [ { name: one, context: { cluster: c, user: u, namespace: team-a } }, { name: two, context: { cluster: c } } ]
            users: [ { name: u, user: { exec: { apiVersion: client.authentication.k8s.io/v1, command: not-there } } } ]
            """);
        _variables["KUBECONFIG"] = file;
        Assert.Equal("team-a", Read().Namespace);

        _options.Context = "two";
        Assert.Equal("default", Read().Namespace);
    }

    [Fact]
    public void Nothing_is_known_where_nothing_says_it()
    {
        var identity = Read();

        Assert.Equal(("default", null, 0), (identity.Namespace, identity.Workload.Name, identity.Workload.Labels.Count));
        Assert.Empty(_log.Complaints);
    }

    [Fact]
    public void Place_is_that_of_the_node()
    {
        _place = "eu/eu-1";

        Assert.Equal("eu/eu-1", Read().Workload.Locality);
    }

    [Fact]
    public void File_of_labels_that_holds_something_else_is_told_and_left()
    {
        File.WriteAllText(_options.LabelsFile!, "app=reviews");

        Assert.Empty(Read().Workload.Labels);
        Assert.Contains("the line 'app=reviews' is not of the form name=\"value\"", Assert.Single(_log.Complaints).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web-0", "statefulset.kubernetes.io/pod-name=web-0", "web")]
    [InlineData("agent-x2x4z", "controller-revision-hash=5f6d", "agent")]
    [InlineData("import-28-x2x4z", "job-name=import-28", "import-28")]
    [InlineData("reviews-v1-7d9f5c8b9-x2x4z", "pod-template-hash=other", "reviews-v1-7d9f5c8b9-x2x4z")]
    [InlineData("single-x2x4z", "app=single", "single-x2x4z")]
    [InlineData("single", "pod-template-hash=1", "single")]
    public void Workload_is_what_made_the_pod(string pod, string label, string workload)
    {
        var parts = label.Split('=');
        Assert.Equal(workload, WorkloadName.Of(pod, new Dictionary<string, string> { [parts[0]] = parts[1] }));
    }

    private MeshConfiguration Read()
    {
        var access = new AccessLoader(_options.KubeConfig, _options.Context, _variables.GetValueOrDefault, TimeProvider.System) { ServiceAccountFolder = _folder.FullName };
        var document = new WorkloadIdentity(_options, access, _variables.GetValueOrDefault, _log.CreateLogger("test")).Document(_place);
        return DocumentLoader.Load(document, DiscoveryWords.With(["Kubernetes"])).Configuration;
    }
}
