using System.Globalization;
using BenchmarkDotNet.Running;
using Mesh.Client.Benchmarks.Comparing;
using Mesh.Client.Benchmarks.Kubernetes;
using Mesh.Client.Benchmarks.Serving;

return args switch
{
    ["compare", .. var options] => await CompareCommand.RunAsync(options),
    ["bdn", .. var options] => RunBenchmarkDotNet(options),
    ["kube-rules"] => await RuleDelay.RunAsync(edits: 200, others: 100),
    ["kube-rules", var edits, var others]
        => await RuleDelay.RunAsync(int.Parse(edits, CultureInfo.InvariantCulture), int.Parse(others, CultureInfo.InvariantCulture)),
    ["serve"] => await LoadServer.RunAsync(),
    ["fleet", var servers] => await UnevenFleet.RunAsync(int.Parse(servers, CultureInfo.InvariantCulture)),
    ["brownout"] => await BrownoutServer.RunAsync(),
    ["yarp", .. var addresses] => await YarpProxy.RunAsync(addresses),
    _ => ShowUsage(),
};

static int RunBenchmarkDotNet(string[] options)
{
    BenchmarkSwitcher.FromAssembly(typeof(CompareCommand).Assembly).Run(options.Length == 0 ? ["--filter", "*"] : options);
    return 0;
}

static int ShowUsage()
{
    Console.Error.WriteLine(
        $"""
        compare [--rounds N] [--only {CompareCommand.PartNames}]
                  Mesh.Client beside a bare client and Microsoft's stack, measured by turns in this process, with the budgets.
                  picks: every policy among 3 to 10,000 endpoints. skew: real servers of which one is slow, beside Microsoft's stack, HAProxy and
                  YARP; five minutes, therefore only by name. polly: timeouts and retries beside Polly's. brownout: a server that cannot keep up for
                  a while; four minutes, only by name, writes docs/brownout.csv and docs/brownout.svg. hedging: real servers of which one leaves calls
                  lying; five minutes, only by name.
        bdn [...] Nanoseconds and bytes of the pieces with BenchmarkDotNet; what follows goes to it.
        kube-rules [EDITS OTHERS]
                  The time from the write of a rule at a real API server to the first call by it, over 200 edits of one beside 100 others.
        serve, fleet N, brownout, yarp ADDRESS...
                  What compare starts for itself: a server, servers of which one may be slow, one whose capacity changes, a proxy.
        """);
    return 2;
}
