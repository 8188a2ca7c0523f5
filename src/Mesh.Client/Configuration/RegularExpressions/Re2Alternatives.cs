namespace Mesh.Client.Configuration;

/// <summary>Any of some shapes.</summary>
internal sealed class Re2Alternatives(Re2Shape[] shapes) : Re2Shape
{
    public override bool IsMatch(ReadOnlySpan<char> value)
    {
        foreach (var shape in shapes)
        {
            if (shape.IsMatch(value))
            {
                return true;
            }
        }

        return false;
    }
}
