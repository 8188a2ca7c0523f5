using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Schema;

/// <summary>The schema takes the values that the program takes: each place is tried with a value that is wrong in a telling way.</summary>
public sealed class SchemaValuesTests
{
    private const string DurationExample = "1m30s";
    private const string NoSuch = "NoSuch";
    private static readonly JsonNode[] OneOfEachType = [new JsonObject(), new JsonArray(), true, 0.5, NoSuch];

    /// <summary>On either side of what is a name, a header, a locality, a duration or a list of retry conditions.</summary>
    private static readonly string[] TellingTexts =
    [
        "", "a", "A", "a-b", "-a", "a-", "a.b", "a..b", ".a", "a_b", "a b", "a:b", "\u00E4", new('a', 63), new('a', 64), "r/z", "r/z/s", "r//s", "r/z/s/t", "r/*", "/r",
        "3s", "0.5s", ".5s", "5.s", ".s", "+3s", "-3s", "0", "0s", "3", "1m30s", "1m 30s", "1m3", "1000us", "1000\u00B5s", "1000\u03BCs", "1d", "1H", "2h", "1000000ns",
        "5xx", "5xx,reset", "5xx , 503", ",5xx,", "5xx reset", "5xx,nosuch", "429", "42", "http3-post-connect-failure",
    ];

    [Fact]
    public void Enumerations_have_the_values_of_the_program()
        => Assert.All(Of("string").Where(place => place.Name != "retryOn"), place =>
        {
            var refusal = place.Refusals(NoSuch).FirstOrDefault(finding => finding.Code == FindingCodes.UnknownValue);
            var allowed = (refusal is null ? [] : Listed(refusal.Message)).Where(value => place.Refusals(value).Count == 0);
            // Some take the names of what an application registers beside them.
            var described = (place.Schema["enum"] ?? place.Schema["anyOf"]?[0]?["enum"])?.AsArray().Select(value => value!.GetValue<string>()) ?? [];

            Assert.Equal(allowed.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        });

    [Fact]
    public void Retry_conditions_are_those_of_the_program()
    {
        var place = SchemaFile.Places.Single(place => place.Name == "retryOn");
        var message = Assert.Single(place.Refusals(NoSuch)).Message;
        const string Introduction = "allowed are ";
        var known = message[(message.IndexOf(Introduction, StringComparison.Ordinal) + Introduction.Length)..].Split(", ")[..^1];
        var pattern = place.Schema["pattern"]!.GetValue<string>();
        var described = pattern[(pattern.IndexOf('(', StringComparison.Ordinal) + 1)..pattern.IndexOf(')', StringComparison.Ordinal)].Split('|')[..^1];

        Assert.Empty(known.Except(described));
        Assert.All(described, condition => Assert.Empty(place.Refusals(condition)));
    }

    [Fact]
    public void Texts_are_durations_where_they_are_to_the_program()
        => AssertRefused(Of("string"), 3, (place, refusals) =>
        {
            var isDuration = place.Schema["examples"] is JsonArray examples && examples.Any(example => example!.GetValue<string>() == DurationExample);

            Assert.Contains(refusals, finding => isDuration
                ? finding.Code == FindingCodes.BadDuration
                : finding.Message.StartsWith("text is needed", StringComparison.Ordinal));
        });

    [Fact]
    public void Patterns_cover_what_the_program_takes()
        => AssertRefused(Of("string").Where(place => place.Schema["pattern"] is not null), new JsonObject(), (place, _) =>
            Assert.All(TellingTexts, text => Assert.Equal(
                place.Refusals(text).Count == 0,
                Regex.IsMatch(text, place.Schema["pattern"]!.GetValue<string>(), RegexOptions.CultureInvariant))));

    [Fact]
    public void Empty_texts_can_be_written_where_the_program_takes_them()
        => AssertRefused(Of("string").Where(place => place.Schema["pattern"] is null && place.Schema["enum"] is null), new JsonObject(), (place, _) =>
            Assert.Equal(place.Refusals("").Count == 0, place.Schema["minLength"] is null));

    [Fact]
    public void Empty_objects_can_be_written_where_the_program_takes_them()
        => AssertRefused(Of("object"), true, (place, _) => Assert.Equal(
            place.Refusals(new JsonObject()).Count > 0,
            place.Schema["minProperties"] is not null || place.Schema["required"] is not null || place.Schema["anyOf"] is not null || place.Schema["oneOf"] is not null));

    [Fact]
    public void Numbers_have_the_range_of_the_program()
        => AssertRefused(Of("integer"), 0.5, (place, refusals) =>
        {
            var words = Assert.Single(refusals).Message.Split(' ');
            var (least, most) = (Number(words[^5]), Number(words[^3]));
            if (place.Schema["enum"] is JsonArray values)
            {
                var allowed = Enumerable.Range((int)least, (int)(most - least) + 1).Where(value => place.Refusals(value).Count == 0);
                Assert.Equal(allowed, values.Select(value => value!.GetValue<int>()));
                return;
            }

            Assert.Equal((least, most), (Number(place.Schema["minimum"]!.ToJsonString()), Number(place.Schema["maximum"]!.ToJsonString())));
        });

    [Theory]
    [InlineData("object", "true", "mapping")]
    [InlineData("array", "true", "list")]
    [InlineData("boolean", "{}", "true or false")]
    [InlineData("number", "{}", "number")]
    public void Program_needs_the_type_that_the_schema_says(string type, string wrong, string needed)
        => AssertRefused(Of(type), JsonNode.Parse(wrong)!, (_, refusals) => Assert.Contains(refusals, finding =>
            finding.Code == FindingCodes.BadStringMatch || finding.Message.Contains($"a {needed}", StringComparison.Ordinal) || finding.Message.StartsWith(needed, StringComparison.Ordinal)));

    /// <summary>But for settings, where null takes back what another file says: nobody starts with it.</summary>
    [Fact]
    public void Null_can_be_written_where_the_program_has_nothing_to_say_about_it()
        => Assert.All(SchemaFile.Places.Where(place => place.Outer?.Outer is not null && !IsUnread(place)), place =>
            Assert.Equal(place.Is("null"), place.Findings(null).Count == 0));

    [Fact]
    public void Defaults_can_be_written()
        => Assert.All(SchemaFile.Places.Where(place => place.Schema["default"] is not null), place => Assert.Empty(place.Refusals(place.Schema["default"])));

    [Fact]
    public void Program_refuses_what_the_schema_forbids()
        => Assert.All(SchemaFile.Places.Where(place => place.IsForbidden), place => Assert.NotEmpty(place.Refusals("1s")));

    private static IEnumerable<SchemaPlace> Of(string type) => SchemaFile.Places.Where(place => place.Is(type));

    /// <summary>What is not built or of no effect may hold anything; what is read must be refused for its type.</summary>
    private static void AssertRefused(IEnumerable<SchemaPlace> places, JsonNode wrong, Action<SchemaPlace, IReadOnlyList<MeshFinding>> check)
        => Assert.All(places.Where(place => !IsUnread(place)), place =>
        {
            var refusals = place.Refusals(wrong);
            Assert.True(refusals.Count > 0, $"The program takes {wrong.ToJsonString()} at {place}.");
            check(place, refusals);
        });

    private static bool IsUnread(SchemaPlace place) => OneOfEachType.All(value => place.Refusals(value).Count == 0);

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static string[] Listed(string message)
        => message[(message.LastIndexOf("; ", StringComparison.Ordinal) + 2)..]
            .Replace("one of ", "", StringComparison.Ordinal)
            .Replace(" is needed.", "", StringComparison.Ordinal)
            .Replace(" are allowed.", "", StringComparison.Ordinal)
            .Replace(" and ", ", ", StringComparison.Ordinal)
            .Split(", ");
}
