using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration;

/// <summary>A message that names a value as it was written quotes it, and a finding at a value carries it.</summary>
public sealed partial class QuotedValuesTests
{
    /// <summary>Each is right in some places and wrong in others.</summary>
    private static readonly string[] Telling = ["\"qq-telling\"", "\"qq_telling\"", "\"qq telling/\"", "4321.5", "43219876", "4321"];

    [Fact]
    public void Load_and_merge_quote_the_values_that_they_name()
    {
        var told = 0;
        foreach (var (_, text) in MutationCorpus.Documents.Where(document => document.Format == MeshDocumentFormat.MeshJson))
        {
            foreach (var path in Scalars(JsonNode.Parse(text)!, "Mesh"))
            {
                foreach (var value in Telling)
                {
                    told += Check(Replace(text, path, value), path, JsonNode.Parse(value)!.ToString());
                }
            }
        }

        Assert.True(told > 500, string.Create(CultureInfo.InvariantCulture, $"{told} findings name a value: the values no longer tell."));
    }

    private static int Check(string text, string path, string value)
    {
        var document = Loading.Section(text);
        var told = 0;
        foreach (var finding in document.Findings.Concat(ConfigurationMerger.Merge([document]).Findings))
        {
            Assert.True(!Unquoted(finding.Message, value).Contains(value, StringComparison.Ordinal), $"Not quoted at {path}: {finding}");
            Assert.True(finding.Path != path || finding.Value == value, $"Without its value: {finding}");
            told += finding.Path == path || finding.Message.Contains(value, StringComparison.Ordinal) ? 1 : 0;
        }

        return told;
    }

    /// <summary>Resources are named by kind, namespace and name, without quotes.</summary>
    private static string Unquoted(string message, string value) => Resource().Replace(Regex.Replace(message, $"'[^' ]*{Regex.Escape(value)}[^']*'", ""), "");

    private static IEnumerable<string> Scalars(JsonNode node, string path) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Scalars(field.Value!, $"{path}:{field.Key}")),
        JsonArray items => items.SelectMany((item, index) => Scalars(item!, string.Create(CultureInfo.InvariantCulture, $"{path}:{index}"))),
        _ => [path],
    };

    private static string Replace(string text, string path, string value)
    {
        var root = JsonNode.Parse(text)!;
        var names = path.Split(':')[1..];
        var holder = root;
        foreach (var name in names[..^1])
        {
            holder = holder is JsonArray items ? items[int.Parse(name, CultureInfo.InvariantCulture)]! : holder[name]!;
        }

        if (holder is JsonArray last)
        {
            last[int.Parse(names[^1], CultureInfo.InvariantCulture)] = JsonNode.Parse(value);
        }
        else
        {
            holder[names[^1]] = JsonNode.Parse(value);
        }

        return root.ToJsonString();
    }

    [GeneratedRegex("[A-Z][A-Za-z]+ [-a-z0-9]+/[-.a-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Resource();
}
