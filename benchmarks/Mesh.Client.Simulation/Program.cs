using System.Diagnostics;
using System.Globalization;
using Mesh.Client.Simulation;

var seeds = 10;
var scenarios = Scenarios.All;
var policies = Policy.All;
for (var index = 0; index < args.Length; index++)
{
    var value = index + 1 < args.Length ? args[index + 1] : "";
    switch (args[index])
    {
        case "--seeds" when int.TryParse(value, CultureInfo.InvariantCulture, out seeds) && seeds > 0:
            index++;
            break;
        case "--scenario" when scenarios.Any(scenario => scenario.Name == value):
            scenarios = [.. scenarios.Where(scenario => scenario.Name == value)];
            index++;
            break;
        case "--policy" when policies.Any(policy => policy.Name == value):
            policies = [.. policies.Where(policy => policy.Name == value)];
            index++;
            break;
        default:
            Console.Error.WriteLine(
                $"""
                [--seeds N] [--scenario {string.Join('|', Scenarios.All.Select(scenario => scenario.Name))}] [--policy {string.Join('|', Policy.All.Select(policy => policy.Name))}]
                Every policy in every scenario, with fake time: tables for docs/load-balancing.md on standard output.
                """);
            return 2;
    }
}

var watch = Stopwatch.StartNew();
foreach (var scenario in scenarios)
{
    Console.WriteLine(Table.Head(scenario));
    foreach (var policy in policies.Where(policy => scenario.HasOracle || !policy.IsOracle))
    {
        var results = Enumerable.Range(1, seeds).Select(seed => new Simulation(scenario, policy, seed).Run()).ToList();
        Console.WriteLine(Table.Row(policy, scenario, results));
    }

    Console.WriteLine();
}

Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds:F0} s"));
return 0;
