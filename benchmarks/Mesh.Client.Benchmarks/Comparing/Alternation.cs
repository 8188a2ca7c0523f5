using System.Diagnostics;

namespace Mesh.Client.Benchmarks.Comparing;

/// <summary>Measures contenders by turns in one process. A round gives each many short turns in changing order, so that whatever else the
/// machine does falls on all of them alike.</summary>
internal sealed class Alternation(int rounds)
{
    private const int TurnsPerRound = 10;
    private const int WarmUpRounds = 3;

    /// <param name="callsPerTurn">Enough that reading the counters does not show.</param>
    /// <param name="contenders">Measured by turns.</param>
    public async Task<Series[]> RunAsync(int callsPerTurn, params Contender[] contenders)
    {
        var series = contenders.Select(contender => new Series(contender.Name, rounds)).ToArray();
        for (var round = -WarmUpRounds; round < rounds; round++)
        {
            var sums = new (double Nanoseconds, double Bytes, double Processor)[contenders.Length];
            for (var turn = 0; turn < TurnsPerRound; turn++)
            {
                for (var place = 0; place < contenders.Length; place++)
                {
                    var index = (place + turn) % contenders.Length;
                    var (time, bytes, processor) = await TakeTurnAsync(contenders[index], callsPerTurn);
                    sums[index] = (sums[index].Nanoseconds + time, sums[index].Bytes + bytes, sums[index].Processor + processor);
                }
            }

            if (round < 0)
            {
                continue;
            }

            double calls = callsPerTurn * TurnsPerRound;
            for (var index = 0; index < contenders.Length; index++)
            {
                series[index][Measure.Nanoseconds, round] = sums[index].Nanoseconds / calls;
                series[index][Measure.Bytes, round] = sums[index].Bytes / calls;
                series[index][Measure.Processor, round] = sums[index].Processor / calls;
            }
        }

        return series;
    }

    private static async Task<(double Nanoseconds, double Bytes, double Processor)> TakeTurnAsync(Contender contender, int calls)
    {
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var processor = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        await contender.RunAsync(calls);
        var elapsed = Stopwatch.GetElapsedTime(start);
        processor = Environment.CpuUsage.TotalTime - processor;
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        return (elapsed.TotalNanoseconds, bytes, processor.TotalNanoseconds);
    }
}
