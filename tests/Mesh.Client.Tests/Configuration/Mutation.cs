using System.Text.Json.Nodes;

namespace Mesh.Client.Tests.Configuration;

/// <summary>One document of the corpus, spoilt once to three times; everything follows from the seed.</summary>
internal sealed record Mutation(int Seed, MeshDocumentFormat Format, string Text)
{
    private static readonly string[] Snippets =
    [
        "\t", "\n", "null", "{}", "[]", "true", "1e999", "-1", "\"x\"", "'", "\"", "{", "}", "[", "]", ":", ": ", ",", "- ", "? ", "&a ", "*a", "*n", "<<: ", "!!str ",
        "!x ", "|", ">", "%", "@", "#", "---\n", "...\n", "\u0000", "\ud800", "\uFEFF", "\u2028", "\u00e4", "99999999999999999999", ".nan", "~", "\\", "\\u12", "(", "0s",
    ];

    private static readonly string[] Values =
    [
        "null", "{}", "[]", "true", "\"\"", "\"x\"", "\"*\"", "\"-1\"", "-1", "0", "1", "1e999", "0.00001", "101", "99999999999999999999", "2147483647", "4294967296", "\"1h\"", "\"1ns\"",
        "\"99999999999h\"", "\"NaN\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"a/b\"", "\"10.0.0.1\"", "\"[::1]:80\"", "\"(\"", "\"(a*)*\"", "\"%REQ(\"", "\"\\r\\nx: y\"", "[ null ]", "[ {} ]", "{ \"\": {} }",
        "[ \"a\", \"a\" ]", "{ \"value\": 100 }", "{ \"exact\": \"a\", \"prefix\": \"b\" }", "\"reviews\"", "\"MUTUAL\"", "\"http://a/b\"",
    ];

    public static Mutation Create(int seed)
    {
        var random = new Random(seed);
        var (format, text) = MutationCorpus.Documents[random.Next(MutationCorpus.Documents.Count)];
        var isTree = text.StartsWith('{') && random.Next(3) > 0;
        var times = random.Next(1, 4);
        if (isTree)
        {
            var root = JsonNode.Parse(text)!;
            for (; times > 0; times--)
            {
                ChangeTree(root, random);
            }

            return new(seed, format, root.ToJsonString());
        }

        for (; times > 0; times--)
        {
            text = ChangeText(text, random);
        }

        return new(seed, format, text);
    }

    private static void ChangeTree(JsonNode root, Random random)
    {
        var holders = new List<JsonNode>();
        Collect(root, holders);
        if (holders.Count == 0)
        {
            return;
        }

        var holder = holders[random.Next(holders.Count)];
        if (holder is JsonArray array)
        {
            var index = random.Next(array.Count);
            switch (random.Next(3))
            {
                case 0:
                    array.RemoveAt(index);
                    break;
                case 1:
                    array.Insert(index, array[index]?.DeepClone());
                    break;
                default:
                    array[index] = Value(random, holders);
                    break;
            }

            return;
        }

        var fields = holder.AsObject();
        var name = fields.ElementAt(random.Next(fields.Count)).Key;
        var value = fields[name];
        switch (random.Next(4))
        {
            case 0:
                fields.Remove(name);
                break;
            case 1:
                fields.Remove(name);
                fields[ChangeText(name, random)] = value;
                break;
            case 2:
                fields[Names(holders, random)] = Value(random, holders);
                break;
            default:
                fields[name] = Value(random, holders);
                break;
        }
    }

    /// <summary>A value from the list, or a part of the rules from elsewhere.</summary>
    private static JsonNode? Value(Random random, List<JsonNode> holders)
        => random.Next(4) == 0 ? holders[random.Next(holders.Count)].DeepClone() : JsonNode.Parse(Values[random.Next(Values.Length)]);

    private static string Names(List<JsonNode> holders, Random random)
        => holders[random.Next(holders.Count)] is JsonObject { Count: > 0 } other ? other.ElementAt(random.Next(other.Count)).Key : "x";

    private static void Collect(JsonNode node, List<JsonNode> holders)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject { Count: > 0 } fields => fields.Select(field => field.Value),
            JsonArray { Count: > 0 } array => array,
            _ => [],
        };
        var isHolder = false;
        foreach (var child in children)
        {
            isHolder = true;
            if (child is not null)
            {
                Collect(child, holders);
            }
        }

        if (isHolder)
        {
            holders.Add(node);
        }
    }

    private static string ChangeText(string text, Random random)
    {
        var from = random.Next(text.Length + 1);
        var to = Math.Min(text.Length, from + random.Next(20));
        var snippet = Snippets[random.Next(Snippets.Length)];
        switch (random.Next(7))
        {
            case 0:
                return text[..from];
            case 1:
                return text.Insert(from, snippet);
            case 2:
                return text[..from] + text[to..];
            case 3:
                return text[..from] + snippet + text[to..];
            case 4:
                return text.Insert(from, ((char)random.Next(0x10000)).ToString());
            case 5:
                var lines = text.Split('\n').ToList();
                lines.Insert(random.Next(lines.Count + 1), lines[random.Next(lines.Count)]);
                return string.Join('\n', lines);
            default:
                return text.Replace(from == to ? "reviews" : text[from..to], snippet, StringComparison.Ordinal);
        }
    }
}
