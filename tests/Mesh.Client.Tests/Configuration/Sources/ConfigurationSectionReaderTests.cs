using System.Text;
using Mesh.Client.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Tests.Configuration.Sources;

public sealed class ConfigurationSectionReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_of_a_JSON_file_keeps_order_types_empty_values_and_keys_with_colons()
    {
        var json = """{ "Mesh": { "z": {}, "a": [], "n": null, "t": true, "i": 5, "s": "5", "b:80": { "c": "d" }, "l": [ [ 1 ], {} ], } /* so */ }""";

        Assert.Equal("""{z:{},a:[],n:null,t:true,i:5,s:"5",b:80:{c:"d"},l:[[1],{}]}""", Read(Json("a.json", json)));
    }

    [Fact]
    public void Read_of_a_JSON_file_keeps_file_line_and_path_of_every_value()
    {
        var configuration = Build(Json("sub/a.json", "{\n\"Mesh\": {\n\"a\": [\n1,\n2 ] } }"));

        var item = Reader(configuration).Read(FileContent.Read).Section!.Find("a")!.Items[1];

        Assert.Equal(new SourcePosition("sub/a.json", 5, 1), item.Position);
        Assert.Equal("Mesh:a:1", item.Path);
    }

    [Theory]
    [InlineData("""{ "Logging": {} }""", "absent")]
    [InlineData("""{ "Mesh": null }""", "absent")]
    [InlineData("""{ "Mesh": {} }""", "{}")]
    [InlineData("""{ "mesh": { "a": 1 } }""", "{a:1}")]
    [InlineData("""{ "Mesh": [ 1 ] }""", "[1]")]
    [InlineData("""{ "Mesh:a": 1, "Mesh": { "b": 2 }, "Mesh:c:d": [ 3 ], "Meshed": 4 }""", "{a:1,b:2,c:{d:[3]}}")]
    public void Read_tells_an_absent_section_from_an_empty_one(string json, string expected) => Assert.Equal(expected, Read(Json("a.json", json)));

    [Theory]
    [InlineData("""{ "A": { "B": { "x": 1 } } }""")]
    [InlineData("""{ "A:B": { "x": 1 } }""")]
    [InlineData("""{ "a": { "b:x": 1 } }""")]
    public void Read_of_a_nested_path_finds_it_however_it_is_written(string json)
        => Assert.Equal("{x:1}", NodeText.Of(Reader(Build(Json("a.json", json)), "A:B").Read(FileContent.Read).Section));

    [Fact]
    public void Read_of_a_section_object_goes_back_to_the_files()
    {
        var section = Build(Json("a.json", """{ "Other": { "z": {}, "a": 1 } }""")).GetSection("Other");

        var reading = new ConfigurationSectionReader(section, "", _folder.Root, NodeText.Read).Read(FileContent.Read);

        Assert.Equal("{z:{},a:1}", NodeText.Of(reading.Section));
        Assert.Equal("Other:a", reading.Section!.Find("a")!.Path);
    }

    [Fact]
    public void Read_of_chained_configurations_goes_back_to_the_files_below_in_order()
    {
        var inner = Build(Json("a.json", """{ "Mesh": { "z": {}, "a": 1, "b": 1 } }"""));
        var nested = Build(Json("b.json", """{ "App": { "Mesh": { "b": 2, "c": {} } } }""")).GetSection("App");

        var text = Read(
            builder => builder.AddConfiguration(new ConfigurationBuilder().AddConfiguration(inner).Build()),
            builder => builder.AddConfiguration(nested),
            Memory(("Mesh:a", "3")));

        Assert.Equal("{z:{},a:'3',b:2,c:{}}", text);
    }

    [Fact]
    public void Read_of_a_configuration_manager_goes_back_to_the_files()
    {
        using var manager = new ConfigurationManager();
        Json("a.json", """{ "Mesh": { "z": {} } }""")(manager);

        Assert.Equal("{z:{}}", NodeText.Of(Reader(manager).Read(FileContent.Read).Section));
    }

    [Fact]
    public void Read_of_a_configuration_of_unknown_make_takes_what_it_shows()
    {
        var hidden = new OpaqueConfiguration(Build(Memory(("Mesh:a", "1"), ("Mesh:l:0", "x"), ("Mesh:l:1", "y"))));

        Assert.Equal("{a:'1',l:['x','y']}", NodeText.Of(Reader(hidden).Read(FileContent.Read).Section));
    }

    [Fact]
    public void Read_lays_scalars_of_other_providers_over_the_file_in_provider_order()
    {
        var reading = Reader(Build(
            Memory(("Mesh:a", "too early"), ("Mesh:m", "only here")),
            Json("a.json", """{ "Mesh": { "a": 1, "o": { "x": 1, "Y": 2 } } }"""),
            Memory(("mesh:O:y", "later"), ("Mesh:n:e:w", "new")))).Read(FileContent.Read);

        Assert.Equal("""{a:1,m:'only here',o:{x:1,Y:'later'},n:{e:{w:'new'}}}""", NodeText.Of(reading.Section));
        Assert.Empty(reading.Findings);
        Assert.Equal("MemoryConfigurationProvider", reading.Section!.Find("m")!.Position.Source);
    }

    [Fact]
    public void Read_takes_an_array_whole_from_the_last_that_has_it_and_names_both()
    {
        var reading = Reader(Build(
            Json("a.json", "{ \"Mesh\": {\n\"hosts\": [ \"a\", \"b\" ] } }"),
            Memory(("Mesh:hosts:0", "c")))).Read(FileContent.Read);

        Assert.Equal("{hosts:['c']}", NodeText.Of(reading.Section));
        var finding = Assert.Single(reading.Findings);
        Assert.Equal(SourceFindings.ArrayReplaced, finding.Code);
        Assert.Equal(MeshFindingSeverity.Warning, finding.Severity);
        Assert.Equal("Mesh:hosts", finding.Path);
        Assert.Equal("MemoryConfigurationProvider", finding.Source);
        Assert.Contains("a.json(2)", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_of_a_key_inside_an_array_of_a_file_replaces_the_array()
    {
        var reading = Reader(Build(
            Json("a.json", """{ "Mesh": { "http": [ { "timeout": "1s", "route": [] } ] } }"""),
            Memory(("Mesh:http:0:timeout", "2s")))).Read(FileContent.Read);

        Assert.Equal("{http:[{timeout:'2s'}]}", NodeText.Of(reading.Section));
        Assert.Equal("Mesh:http", Assert.Single(reading.Findings).Path);
    }

    [Fact]
    public void Read_takes_an_array_of_a_later_file_whole_unless_it_says_the_same()
    {
        var reading = Reader(Build(
            Json("a.json", """{ "Mesh": { "x": [ 1, 2 ], "y": [ 1, 2 ], "z": [ 1 ] } }"""),
            Json("b.json", """{ "Mesh": { "x": [ 3 ], "y": [ 1, 2 ], "z": [] } }"""))).Read(FileContent.Read);

        Assert.Equal("{x:[3],y:[1,2],z:[]}", NodeText.Of(reading.Section));
        Assert.Equal(["Mesh:x", "Mesh:z"], reading.Findings.Select(finding => finding.Path));
        Assert.All(reading.Findings, finding => Assert.Equal(MeshFindingSeverity.Info, finding.Severity));
    }

    [Fact]
    public void Read_of_a_null_in_a_later_file_takes_the_value_away()
        => Assert.Equal("{rules:{a:null,b:{}}}", Read(
            Json("a.json", """{ "Mesh": { "rules": { "a": { "x": [ 1 ] }, "b": {} } } }"""),
            Json("b.json", """{ "Mesh": { "rules": { "a": null } } }""")));

    [Fact]
    public void Read_of_a_value_in_place_of_an_object_warns()
    {
        var reading = Reader(Build(
            Json("a.json", """{ "Mesh": { "a": { "x": 1 } } }"""),
            Memory(("Mesh:a", "oops")))).Read(FileContent.Read);

        Assert.Equal("{a:'oops'}", NodeText.Of(reading.Section));
        Assert.Equal(SourceFindings.ShapeReplaced, Assert.Single(reading.Findings).Code);
    }

    [Fact]
    public void Read_of_flattened_empty_values_leaves_objects_alone_and_empties_arrays()
    {
        Action<IConfigurationBuilder> flat = builder => builder.AddJsonStream(
            new MemoryStream("""{ "Mesh": { "o": {}, "l": [], "k": null } }"""u8.ToArray()));

        var reading = Reader(Build(Json("a.json", """{ "Mesh": { "o": { "x": 1 }, "l": [ 1 ], "k": [ 2 ] } }"""), flat)).Read(FileContent.Read);

        Assert.Equal("{o:{x:1},l:[],k:[2]}", NodeText.Of(reading.Section));
        Assert.Equal("Mesh:l", Assert.Single(reading.Findings).Path);
    }

    [Fact]
    public void Read_takes_numbers_as_names_where_another_provider_shows_an_object()
        => Assert.Equal("""{labels:{a:"x",1:'y'},ports:['p','q']}""", Read(
            Json("a.json", """{ "Mesh": { "labels": { "a": "x" } } }"""),
            Memory(("Mesh:labels:1", "y"), ("Mesh:ports:2", "q"), ("Mesh:ports:0", "p"))));

    [Fact]
    public void Read_of_rules_that_are_all_in_memory_gives_them_in_the_order_written()
        => Assert.Equal("{z:{hosts:['a','b'],http:[{route:[{weight:'90'},{weight:'10'}]}]},a:{host:'x'}}", Read(Memory(
            ("Mesh:z:hosts:0", "a"),
            ("Mesh:z:hosts:1", "b"),
            ("Mesh:z:http:0:route:0:weight", "90"),
            ("Mesh:z:http:0:route:1:weight", "10"),
            ("Mesh:a:host", "x"))));

    [Fact]
    public void Read_of_a_provider_with_its_own_dictionary_asks_it_for_no_level()
    {
        var provider = new CountingProvider(Enumerable.Range(0, 10_000).Select(i => $"Mesh:Services:s{i}:Discovery"));

        var section = Reader(new ConfigurationRoot([provider])).Read(FileContent.Read).Section!;

        Assert.Equal(10_000, section.Find("Services")!.Properties.Count);
        Assert.Equal(0, provider.Asked);
    }

    [Fact]
    public void Read_of_a_provider_made_by_hand_walks_it()
        => Assert.Equal("{a:{b:'a:b'},l:['l:0']}", NodeText.Of(
            Reader(new ConfigurationRoot([new HandMadeProvider("Mesh:a:b", "Mesh:l:0")])).Read(FileContent.Read).Section));

    [Fact]
    public void Read_of_a_provider_without_end_fails_instead_of_running_on()
    {
        var exception = Assert.Throws<SourceFailureException>(
            () => Reader(new ConfigurationRoot([new EndlessProvider()])).Read(FileContent.Read));

        Assert.Equal(SourceFindings.ProviderTooLarge, Assert.Single(exception.Findings).Code);
    }

    [Fact]
    public void Read_of_a_provider_derived_from_the_JSON_provider_trusts_its_data()
    {
        _folder.Write("a.json", """{ "Mesh": { "a": "cipher" } }""");
        var source = new DecryptingSource { Path = _folder.PathOf("a.json") };
        source.ResolveFileProvider();

        Assert.Equal("{a:'plain'}", Read(builder => builder.Add(source)));
    }

    [Fact]
    public void Read_of_an_optional_file_that_is_missing_finds_nothing()
        => Assert.Equal("absent", Read(builder => builder.AddJsonFile("none.json", optional: true)));

    [Theory]
    [InlineData("{ \"Mesh\": {")]
    [InlineData("")]
    [InlineData("[]")]
    public void Read_of_a_file_that_is_no_JSON_object_fails(string text)
    {
        var reader = Reader(Build(Json("a.json", """{ "Mesh": { "a": 1 } }""")));
        _folder.Write("a.json", text);

        Assert.Equal("a.json", Assert.Single(Assert.Throws<SourceFailureException>(() => reader.Read(FileContent.Read)).Findings).Source);
    }

    [Fact]
    public void Read_of_a_missing_mandatory_file_fails()
    {
        var reader = Reader(Build(Json("a.json", "{}")));
        _folder.Delete("a.json");

        Assert.Equal(
            SourceFindings.FileVanished,
            Assert.Single(Assert.Throws<SourceFailureException>(() => reader.Read(FileContent.Read)).Findings).Code);
    }

    [Fact]
    public void Read_after_an_optional_file_with_rules_vanished_fails_and_comes_back_with_it()
    {
        var configuration = Build(
            Json("a.json", """{ "Mesh": { "a": 1 } }"""),
            builder => builder.AddJsonFile(_folder.Write("b.json", """{ "Mesh": { "b": 1 } }"""), optional: true, reloadOnChange: false));
        var reader = Reader(configuration);
        reader.Read(FileContent.Read);

        _folder.Delete("b.json");
        var finding = Assert.Single(Assert.Throws<SourceFailureException>(() => reader.Read(FileContent.Read)).Findings);
        _folder.Write("b.json", """{ "Mesh": {} }""");

        Assert.Equal("b.json", finding.Source);
        Assert.Equal("{a:1}", NodeText.Of(reader.Read(FileContent.Read).Section));
        _folder.Delete("b.json");
        Assert.Equal("{a:1}", NodeText.Of(reader.Read(FileContent.Read).Section));
    }

    [Fact]
    public void Read_after_the_section_left_every_file_fails_though_a_variable_still_names_it()
    {
        var reader = Reader(Build(Json("a.json", """{ "Mesh": { "a": 1 } }"""), Memory(("Mesh:Namespace", "prod"))));
        reader.Read(FileContent.Read);
        _folder.Write("a.json", "{}");

        Assert.Equal(
            SourceFindings.SectionVanished,
            Assert.Single(Assert.Throws<SourceFailureException>(() => reader.Read(FileContent.Read)).Findings).Code);
    }

    [Fact]
    public void Read_reports_what_the_JSON_reader_found_inside_the_section_only()
    {
        ConfigurationNode? Noisy(string source, string text, string root, PathStyle style, List<MeshFinding> findings)
        {
            findings.Add(SourceFindings.Warning("MESH0101", "Logging:x", "theirs", default, ""));
            findings.Add(SourceFindings.Warning("MESH0101", "Mesh:x", "ours", default, ""));
            return NodeText.Read(source, text, root, style, findings);
        }

        var reader = new ConfigurationSectionReader(Build(Json("a.json", """{ "Mesh": {} }""")), "Mesh", _folder.Root, Noisy);

        Assert.Equal("ours", Assert.Single(reader.Read(FileContent.Read).Findings).Message);
    }

    [Fact]
    public void Reloading_files_are_those_that_the_application_wants_reloaded()
    {
        var configuration = Build(
            builder => builder.AddJsonFile(_folder.Write("a.json", "{}"), optional: true, reloadOnChange: true),
            builder => builder.AddJsonFile(_folder.Write("b.json", "{}"), optional: true, reloadOnChange: false));

        Assert.Equal([_folder.PathOf("a.json")], Reader(configuration).GetReloadingFiles());
        ((IDisposable)configuration).Dispose();
    }

    private static Action<IConfigurationBuilder> Memory(params (string Key, string Value)[] values)
        => builder => builder.AddInMemoryCollection(values.Select(value => KeyValuePair.Create(value.Key, (string?)value.Value)));

    private static IConfigurationRoot Build(params Action<IConfigurationBuilder>[] parts)
    {
        var builder = new ConfigurationBuilder();
        foreach (var part in parts)
        {
            part(builder);
        }

        return builder.Build();
    }

    private Action<IConfigurationBuilder> Json(string name, string text) => builder => builder.AddJsonFile(_folder.Write(name, text), optional: false);

    private ConfigurationSectionReader Reader(IConfiguration configuration, string path = "Mesh")
        => new(configuration, path, _folder.Root, NodeText.Read);

    private string Read(params Action<IConfigurationBuilder>[] parts) => NodeText.Of(Reader(Build(parts)).Read(FileContent.Read).Section);

    private sealed class OpaqueConfiguration(IConfiguration inner) : IConfiguration
    {
        public string? this[string key]
        {
            get => inner[key];
            set => inner[key] = value;
        }

        public IEnumerable<IConfigurationSection> GetChildren() => inner.GetChildren();

        public IChangeToken GetReloadToken() => inner.GetReloadToken();

        public IConfigurationSection GetSection(string key) => inner.GetSection(key);
    }

    private sealed class CountingProvider : ConfigurationProvider
    {
        public CountingProvider(IEnumerable<string> keys) => Data = keys.ToDictionary(key => key, string? (key) => "Dns");

        public int Asked { get; private set; }

        public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath)
        {
            Asked++;
            return base.GetChildKeys(earlierKeys, parentPath);
        }
    }

    private abstract class BareProvider : IConfigurationProvider
    {
        public abstract IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath);

        public abstract bool TryGet(string key, out string? value);

        public IChangeToken GetReloadToken() => new ConfigurationReloadToken();

        public void Load()
        {
        }

        public void Set(string key, string? value) => throw new NotSupportedException();
    }

    private sealed class HandMadeProvider(params string[] keys) : BareProvider
    {
        public override bool TryGet(string key, out string? value)
        {
            value = keys.Contains(key) ? key[5..] : null;
            return value is not null;
        }

        public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath)
            => keys.Where(key => key.StartsWith(parentPath + ":", StringComparison.Ordinal)).Select(key => key[(parentPath!.Length + 1)..].Split(':')[0]);
    }

    private sealed class EndlessProvider : BareProvider
    {
        public override bool TryGet(string key, out string? value)
        {
            value = "x";
            return true;
        }

        public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) => ["a", "b"];
    }

    private sealed class DecryptingSource : JsonConfigurationSource
    {
        public override IConfigurationProvider Build(IConfigurationBuilder builder)
        {
            EnsureDefaults(builder);
            return new DecryptingProvider(this);
        }
    }

    private sealed class DecryptingProvider(JsonConfigurationSource source) : JsonConfigurationProvider(source)
    {
        public override void Load(Stream stream)
        {
            using var reader = new StreamReader(stream);
            base.Load(new MemoryStream(Encoding.UTF8.GetBytes(reader.ReadToEnd().Replace("cipher", "plain", StringComparison.Ordinal))));
        }
    }
}
