using CsCheck;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.Model;

/// <summary>Random changes of a list, of which what they do not name keeps its objects.</summary>
internal static class ListEdits
{
    internal enum Edit
    {
        Insert,
        Append,
        Remove,
        Replace,
        Move,
        Repeat,
        Clear,
    }

    /// <summary>Histories of lists: some edits between one list and the next.</summary>
    public static Gen<(Edit Edit, int Place, int Argument)[][]> Histories { get; } =
        Gen.Select(Seeded.OneOf(Edits()), Gen.Int[0, 1000], Gen.Int[0, 1000]).Array[1, 6].Array[1, 12];

    /// <param name="list">As it was; it stays.</param>
    /// <param name="edits">What happens to it.</param>
    /// <param name="make">A new object, by the argument of the edit and what stands in its place, if anything does.</param>
    public static T[] Apply<T>(T[] list, (Edit Edit, int Place, int Argument)[] edits, Func<int, T?, T> make)
        where T : class
    {
        List<T> next = [.. list];
        foreach (var (edit, where, argument) in edits)
        {
            var place = next.Count == 0 ? 0 : where % next.Count;
            switch (edit)
            {
                case Edit.Append:
                    next.Add(make(argument, null));
                    break;
                case Edit.Insert:
                    next.Insert(place, make(argument, null));
                    break;
                case Edit.Clear:
                    next.RemoveRange(place, next.Count - place);
                    break;
                case var _ when next.Count == 0:
                    break;
                case Edit.Remove:
                    next.RemoveAt(place);
                    break;
                case Edit.Replace:
                    next[place] = make(argument, next[place]);
                    break;
                case Edit.Move:
                    var moved = next[place];
                    next.RemoveAt(place);
                    next.Insert(argument % (next.Count + 1), moved);
                    break;
                default:
                    next.Insert(argument % next.Count, next[place]);
                    break;
            }
        }

        return [.. next];
    }

    private static Edit[] Edits() =>
        [.. Enum.GetValues<Edit>(), Edit.Insert, Edit.Append, Edit.Append, Edit.Append, Edit.Replace, Edit.Replace, Edit.Remove, Edit.Insert];
}
