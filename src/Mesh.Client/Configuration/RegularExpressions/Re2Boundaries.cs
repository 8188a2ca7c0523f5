namespace Mesh.Client.Configuration;

/// <summary>
/// Rewrites an expression without <c>\b</c> and <c>\B</c>. RE2's word is ASCII and .NET's is Unicode, and the non-backtracking engine has no
/// look-around to say it otherwise. Between any two characters the value is in one of four states: was the last one a word character, and
/// will the next one be. Each part becomes a four by four table of expressions, one for every way from state to state; sequence is the matrix
/// product, choice the sum, repetition the closure, and a boundary stays in the states whose two halves differ.
/// </summary>
internal static class Re2Boundaries
{
    private const int States = 4;

    /// <summary>Null where nothing can match.</summary>
    public static Re2Node? Remove(Re2Node node)
    {
        if (!node.HasBoundary)
        {
            return node;
        }

        // Outside of the value no word character stands at either end.
        var table = Build(node);
        Re2Node? result = null;
        for (var next = 0; next < 2; next++)
        {
            for (var last = 0; last < 2; last++)
            {
                result = Either(result, table[State(0, next), State(last, 0)]);
            }
        }

        return result;
    }

    private static int State(int last, int next) => (2 * last) + next;

    private static int Last(int state) => state / 2;

    private static int Next(int state) => state % 2;

    private static Re2Node?[,] Build(Re2Node node)
    {
        switch (node)
        {
            case Re2Node.Characters characters:
                return Run(characters.Set, 1, 1);
            case Re2Node.Anchor { Kind: Re2Node.AnchorKind.Boundary }:
                return Diagonal(state => Last(state) != Next(state) ? Re2Node.Empty : null);
            case Re2Node.Anchor { Kind: Re2Node.AnchorKind.NoBoundary }:
                return Diagonal(state => Last(state) == Next(state) ? Re2Node.Empty : null);
            case Re2Node.Anchor:
                return Diagonal(_ => node);
            case Re2Node.Sequence sequence:
                return sequence.Nodes.Aggregate(One(), (product, part) => Multiply(product, Build(part)));
            case Re2Node.Choice choice:
                return choice.Nodes.Select(Build).Aggregate(Add);
            default:
                return Power((Re2Node.Repeat)node);
        }
    }

    private static Re2Node?[,] Power(Re2Node.Repeat repeat)
    {
        if (repeat.Node is Re2Node.Characters { Set: var set })
        {
            return Run(set, repeat.Least, repeat.Most);
        }

        var once = Build(repeat.Node);
        var power = One();
        for (var count = 0; count < repeat.Least; count++)
        {
            power = Multiply(power, once);
        }

        if (repeat.Most is null)
        {
            return Multiply(power, Closure(once));
        }

        var maybe = Add(One(), once);
        for (var count = repeat.Least; count < repeat.Most; count++)
        {
            power = Multiply(power, maybe);
        }

        return power;
    }

    /// <summary>A run of one set: only its first and its last character decide the states, so that the middle stays as it is.</summary>
    private static Re2Node?[,] Run(Re2CharSet set, int least, int? most)
    {
        var classes = new[] { Single(set.Intersect(Re2CharSet.NoWord)), Single(set.Intersect(Re2CharSet.Word)) };
        var table = least == 0 ? One() : new Re2Node?[States, States];
        for (var from = 0; from < States; from++)
        {
            for (var to = 0; to < States; to++)
            {
                var (first, last) = (classes[Next(from)], classes[Last(to)]);
                if (Next(from) == Last(to) && least <= 1 && most is not 0)
                {
                    table[from, to] = Either(table[from, to], first);
                }

                if (most is null or >= 2)
                {
                    var middle = most == 2 ? Re2Node.Empty : new Re2Node.Repeat(new Re2Node.Characters(set), Math.Max(0, least - 2),
                        most - 2);
                    table[from, to] = Either(table[from, to], Both(Both(first, middle), last));
                }
            }
        }

        return table;
    }

    private static Re2Node.Characters? Single(Re2CharSet set) => set.IsEmpty ? null : new Re2Node.Characters(set);

    private static Re2Node?[,] One() => Diagonal(_ => Re2Node.Empty);

    private static Re2Node?[,] Diagonal(Func<int, Re2Node?> value)
    {
        var table = new Re2Node?[States, States];
        for (var state = 0; state < States; state++)
        {
            table[state, state] = value(state);
        }

        return table;
    }

    private static Re2Node?[,] Add(Re2Node?[,] left, Re2Node?[,] right)
    {
        var sum = new Re2Node?[States, States];
        for (var from = 0; from < States; from++)
        {
            for (var to = 0; to < States; to++)
            {
                sum[from, to] = Either(left[from, to], right[from, to]);
            }
        }

        return sum;
    }

    private static Re2Node?[,] Multiply(Re2Node?[,] left, Re2Node?[,] right)
    {
        var product = new Re2Node?[States, States];
        for (var from = 0; from < States; from++)
        {
            for (var to = 0; to < States; to++)
            {
                for (var over = 0; over < States; over++)
                {
                    product[from, to] = Either(product[from, to], Both(left[from, over], right[over, to]));
                }
            }
        }

        return product;
    }

    /// <summary>Any number of steps (Kleene): state by state, what may be passed through on the way.</summary>
    private static Re2Node?[,] Closure(Re2Node?[,] once)
    {
        var ways = (Re2Node?[,])once.Clone();
        for (var over = 0; over < States; over++)
        {
            var next = (Re2Node?[,])ways.Clone();
            var around = ways[over, over] is { } loop && loop != Re2Node.Empty ? new Re2Node.Repeat(loop, 0, null) : Re2Node.Empty;
            for (var from = 0; from < States; from++)
            {
                for (var to = 0; to < States; to++)
                {
                    next[from, to] = Either(next[from, to], Both(Both(ways[from, over], around), ways[over, to]));
                }
            }

            ways = next;
        }

        return Add(One(), ways);
    }

    private static Re2Node? Both(Re2Node? left, Re2Node? right)
    {
        if (left is null || right is null)
        {
            return null;
        }

        if (left == Re2Node.Empty || right == Re2Node.Empty)
        {
            return left == Re2Node.Empty ? right : left;
        }

        // Flat, so that a long pattern does not become a deep one.
        return new Re2Node.Sequence([.. Parts(left), .. Parts(right)]);
    }

    private static Re2Node? Either(Re2Node? left, Re2Node? right)
    {
        if (left is null || right is null || left == right)
        {
            return left ?? right;
        }

        return new Re2Node.Choice([.. Choices(left), .. Choices(right)]);
    }

    private static IReadOnlyList<Re2Node> Parts(Re2Node node) => node is Re2Node.Sequence sequence ? sequence.Nodes : [node];

    private static IReadOnlyList<Re2Node> Choices(Re2Node node) => node is Re2Node.Choice choice ? choice.Nodes : [node];
}
