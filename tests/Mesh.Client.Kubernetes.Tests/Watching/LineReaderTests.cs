using System.Text;
using CsCheck;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Tests.Watching;

public sealed class LineReaderTests
{
    private const int Longest = 100;

    [Fact]
    public Task Lines_are_read_alike_however_they_come_in_pieces()
        => Gen.Select(Gen.Int[0, 250].Array[0, 20], Gen.Int[1, 120].Array[1, 50]).SampleAsync(async (lengths, pieces) =>
        {
            string[] lines = [.. lengths.Select((length, index) => new string((char)('a' + (index % 26)), length))];

            var read = await ReadAsync(string.Concat(lines.Select(line => line + "\n")) + "torn", pieces);

            Assert.Equal(lines.Select(line => line.Length < Longest ? (line, false) : (line[..Longest], true)), read);
        });

    private static async Task<List<(string Line, bool IsCut)>> ReadAsync(string text, int[] pieces)
    {
        var lines = new List<(string, bool)>();
        using var limit = new SilenceLimit(TimeSpan.FromMinutes(1), TimeProvider.System, default);
        using var stream = new PiecewiseStream(Encoding.UTF8.GetBytes(text), pieces);
        var reader = new LineReader(new BodyReader(stream, limit, TimeSpan.FromMinutes(1)), Longest);
        while (await reader.ReadAsync())
        {
            lines.Add((Encoding.UTF8.GetString(reader.Line), reader.IsCut));
        }

        return lines;
    }
}
