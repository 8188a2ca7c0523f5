using CsCheck;

namespace Mesh.Client.Tests.Configuration;

/// <summary>Runs a property over the same cases every time; CsCheck's own seed fixes its first case alone.</summary>
internal static class Seeded
{
    public static void Sample<T>(Gen<T> gen, int cases, Action<T> property)
    {
        var random = new PCG(1, 20260731);
        for (var count = 0; count < cases; count++)
        {
            property(gen.Generate(random, null, out _));
        }
    }

    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
