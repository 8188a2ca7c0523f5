using System.Text;

namespace Mesh.Client.Diagnostics;

/// <summary>Lines of which some stand below others. They end in a line feed on every system, so that the text is the same everywhere.</summary>
internal sealed class IndentedText
{
    private const int Step = 2;

    private readonly StringBuilder _text = new();
    private int _depth;

    public void Line(string line) => _text.Append(' ', Step * _depth).Append(line.AsSpan().TrimEnd()).Append('\n');

    public void Indented<T>(IEnumerable<T> items, Action<T> write)
    {
        using (Indent())
        {
            foreach (var item in items)
            {
                write(item);
            }
        }
    }

    public Level Indent()
    {
        _depth++;
        return new Level(this);
    }

    public override string ToString() => _text.ToString();

    public readonly struct Level(IndentedText text) : IDisposable
    {
        public void Dispose() => text._depth--;
    }
}
