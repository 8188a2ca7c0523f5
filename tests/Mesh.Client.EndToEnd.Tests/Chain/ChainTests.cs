using System.Globalization;

namespace Mesh.Client.EndToEnd.Tests.Chain;

/// <summary>Four services in a row, each of which repeats what failed twice, and the last of which fails: how many calls come to each of them.</summary>
public sealed class ChainTests(ITestOutputHelper output)
{
    private const int Length = 4;
    private const int Retries = 2;

    private const string NoBudget = """{ "retryBudget": { "enabled": false } }""";
    private const string NoChainRule = """{ "stopRetryChain": false }""";

    // What the budget is by default: of the calls of ten seconds a share, and some for each second.
    private const double Share = 0.10;
    private const double PerSecond = 1;
    private const int WindowSeconds = 10;

    [Fact]
    public async Task Chain_without_budget_and_chain_rule_multiplies_calls_at_each_hop()
    {
        await using var chain = await ServiceChain.StartAsync(Length, NoBudget, NoChainRule);

        await chain.CallAsync(calls: 30, perSecond: 10);

        Assert.Equal(Enumerable.Range(0, Length).Select(hop => 30 * (int)Math.Pow(1 + Retries, hop)), await TellAsync(chain));
    }

    [Fact]
    public async Task Chain_rule_alone_adds_the_retries_of_each_hop_and_multiplies_none()
    {
        await using var chain = await ServiceChain.StartAsync(Length, NoBudget);

        await chain.CallAsync(calls: 100, perSecond: 20);

        Assert.Equal(Enumerable.Range(0, Length).Select(hop => 100 * (1 + (Retries * hop))), await TellAsync(chain));
    }

    [Fact]
    public async Task Chain_by_default_adds_at_each_hop_what_the_budget_allows_at_200_calls_per_second()
    {
        await using var chain = await ServiceChain.StartAsync(Length);

        var time = await chain.CallAsync(calls: 3_000, perSecond: 200);

        // In any window of its length a hop repeats a share of the window's calls and a number for each second. The seconds that the run touches are at
        // most two more than it lasts whole ones, and so many windows cover them.
        var windows = Math.Ceiling((Math.Floor(time.TotalSeconds) + 2) / WindowSeconds);
        var counts = await TellAsync(chain);
        for (var hop = 1; hop < Length; hop++)
        {
            Assert.InRange(counts[hop] - counts[hop - 1], 0, (Share * counts[0]) + (windows * WindowSeconds * PerSecond));
            Assert.InRange((double)counts[hop] / counts[hop - 1], 1, 1.12);
        }
    }

    private async Task<int[]> TellAsync(ServiceChain chain)
    {
        var counts = await chain.CountAsync();
        output.WriteLine(string.Join(", ", counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count} ({(double)count / counts[0]:0.000} x)"))));
        return counts;
    }
}
