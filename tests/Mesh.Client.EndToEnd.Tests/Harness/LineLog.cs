using System.Text;

namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>Keeps what the services of a launcher print, line by line.</summary>
internal sealed class LineLog : TextWriter
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];

    public override Encoding Encoding => Encoding.UTF8;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public override void WriteLine(string? value)
    {
        lock (_gate)
        {
            _lines.Add(value ?? "");
        }
    }

    public int Count(Func<string, bool> condition)
    {
        lock (_gate)
        {
            return _lines.Count(condition);
        }
    }
}
