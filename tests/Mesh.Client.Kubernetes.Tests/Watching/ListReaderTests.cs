using System.Text;
using System.Text.Json;
using CsCheck;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Tests.Watching;

public sealed class ListReaderTests
{
    [Fact]
    public Task List_is_read_alike_however_it_comes_in_pieces()
        => Gen.Select(Gen.String.Array[0, 12], Gen.Int[1, 50].Array[1, 200], Gen.Bool).SampleAsync(async (values, pieces, isLate) =>
        {
            var items = string.Join(",\n ", values.Select((value, index) => ScriptedApi.Thing($"thing-{index}", $"{index}", JsonSerializer.Serialize(value, ThingContext.Default.String))));
            var metadata = """ "metadata": { "resourceVersion": "7", "remainingItemCount": 3, "continue": "on" } """;
            var text = isLate
                ? $$"""{ "items": [ {{items}} ], "odd": { "items": [ {} ] }, {{metadata}} }"""
                : $$"""{ "kind": "List", {{metadata}}, "odd": [ "items", [] ], "items": [ {{items}} ] }""";

            var (header, read) = await ReadAsync(text, pieces);

            Assert.Equal(("7", "on"), (header.Version, header.Continue));
            Assert.Equal(values.Select((value, index) => $"demo/thing-{index} {index} {value}"), read);
        });

    [Theory]
    [InlineData("""{ "metadata": { "resourceVersion": "1" }, "items": null }""")]
    [InlineData("""{ "metadata": { "resourceVersion": "1" }, "items": [] }""")]
    [InlineData("""{ "metadata": { "resourceVersion": "1" } }""")]
    [InlineData("""{ "items": [ 5, "x", [] ], "metadata": { "resourceVersion": "1", "continue": 5 } }""")]
    public async Task List_without_objects_is_empty(string text)
    {
        var (header, read) = await ReadAsync(text, [3]);

        Assert.Equal(("1", null, 0), (header.Version, header.Continue, read.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{ "items": [ { "metadata": """)]
    [InlineData("""{ "items": [ {} {} ] }""")]
    [InlineData("<html/>")]
    public Task Anything_else_is_no_list(string text) => Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(text, [4]));

    [Fact]
    public async Task Object_longer_than_the_bound_is_not_kept_waiting_for()
    {
        var text = ScriptedApi.List("1", ScriptedApi.Thing("one", "1", $"\"{new string('x', 3_000)}\""));

        Assert.Contains("longer than", (await Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(text, [100], longest: 2_000))).Message, StringComparison.Ordinal);
        Assert.Single((await ReadAsync(text, [100], longest: 4_000)).Objects);
    }

    [Fact]
    public async Task Deep_object_does_not_spoil_the_list()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 5_000)) + string.Concat(Enumerable.Repeat("]", 5_000));
        var (_, read) = await ReadAsync(ScriptedApi.List("1", ScriptedApi.Thing("deep", "1", deep), ScriptedApi.Thing("one", "1")), [1_000]);

        Assert.Equal(["demo/deep 1 (unread)", "demo/one 1 x"], read);
    }

    private static async Task<(ObjectHeader Header, List<string> Objects)> ReadAsync(string text, int[] pieces, int longest = 1024 * 1024)
    {
        var objects = new List<string>();
        using var limit = new SilenceLimit(TimeSpan.FromMinutes(1), TimeProvider.System, default);
        using var stream = new PiecewiseStream(Encoding.UTF8.GetBytes(text), pieces);
        var reader = new ListReader(new BodyReader(stream, limit, TimeSpan.FromMinutes(1)), longest, (in header, json) => objects.Add($"{header.Key} {header.Version} {Value(json)}"));
        return (await reader.ReadAsync(), objects);
    }

    private static string? Value(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ThingContext.Default.Thing)!.Value;
        }
        catch (JsonException)
        {
            return "(unread)";
        }
    }
}
