namespace Bookinfo.CommandLine;

internal static class Usage
{
    public const string Text =
        """
        Bookinfo: a small bookstore of four services, on a mesh inside the processes.

          dotnet run --project samples/Bookinfo                 start everything
          dotnet run --project samples/Bookinfo -- OPTIONS

        The whole set
          --base-port N       ports from N up (default 9080); 0 looks for a free block
          --in-process        all services in this one process
          --rules FILE...     add Istio YAML or JSON files; they are watched. Those that come with the sample
                              are found by name: --rules reviews-90-10.yaml
          --verbose           show what the services log, not only their warnings

        One service
          --service NAME      productpage, details, reviews or ratings
          --version VERSION   default v1; reviews v1 v2 v3; ratings v1 v-faulty v-delayed v-unavailable v-unhealthy
          --port PORT         default: its port in appsettings.json
          --listen ADDRESS    default 127.0.0.1; * for all
          --drain SECONDS     told to end, it serves on for so long (default 0), until callers have heard that it leaves
          --podname NAME      what it calls itself (default NAME-VERSION-PORT)
          --services FILE     a JSON file with Mesh:Services, for a set on other ports (the launcher prints it)
          --kubernetes        asks the API server of the cluster for services and rules (see docs/kubernetes.md)
          --rules, --verbose  as above

        Both
          --content-root DIR  the folder whose appsettings.json is read and watched (default: the sample's)
          --help              this text
        """;
}
