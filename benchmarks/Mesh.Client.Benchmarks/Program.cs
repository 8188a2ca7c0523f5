using BenchmarkDotNet.Running;
using Mesh.Client.Benchmarks.Comparing;
using Mesh.Client.Benchmarks.Serving;

return args switch
{
    ["compare", .. var options] => await CompareCommand.RunAsync(options),
    ["bdn", .. var options] => RunBenchmarkDotNet(options),
    ["serve"] => await LoadServer.RunAsync(),
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
        bdn [...] Nanoseconds and bytes of the pieces with BenchmarkDotNet; what follows goes to it.
        serve     The server that compare starts for itself.
        """);
    return 2;
}
