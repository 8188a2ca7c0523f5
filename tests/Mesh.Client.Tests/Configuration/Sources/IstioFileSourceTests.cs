using System.Runtime.InteropServices;
using Mesh.Client.Configuration;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Tests.Configuration.Sources;

/// <summary>What is read, and by looking alone, in fake time: no notification is needed for any of it.</summary>
public sealed class IstioFileSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestClock _time = new();

    public static bool HasLinks => !OperatingSystem.IsWindows();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_takes_the_files_of_a_pattern_by_path_and_names_them_from_the_content_root()
    {
        _folder.Write("istio/b.yaml", "b");
        _folder.Write("istio/a.yml", "a");
        _folder.Write("istio/C.json", "c");
        _folder.Write("istio/d.txt", "d");
        _folder.Write("istio/.hidden.yaml", "h");
        _folder.Write("istio/deeper/e.yaml", "e");
        using var source = Source("istio/*");

        var documents = source.Read();

        Assert.Equal(["istio/C.json", "istio/a.yml", "istio/b.yaml"], documents.Select(document => document.Name));
        Assert.Equal(
            [MeshDocumentFormat.IstioJson, MeshDocumentFormat.IstioYaml, MeshDocumentFormat.IstioYaml],
            documents.Select(document => document.Document!.Format));
    }

    [Theory]
    [InlineData("istio")]
    [InlineData("istio/")]
    public void Read_of_a_folder_takes_its_rule_files(string pattern)
    {
        _folder.Write("istio/b.yaml", "b");
        _folder.Write("istio/d.txt", "d");
        _folder.Write("istio/deeper/e.yaml", "e");
        using var source = Source(pattern);

        Assert.Equal("istio/b.yaml=b", Text(source));
    }

    [Fact]
    public void Token_fires_for_a_file_in_a_folder_that_did_not_exist()
    {
        using var source = Source("later/");
        var token = Watch(source);
        Poll();
        _folder.Write("later/a.yaml", "a");
        Poll();

        Assert.True(token.HasChanged);
        Assert.Equal("later/a.yaml=a", Text(source));
    }

    [Fact]
    public void Read_takes_the_patterns_in_their_order_and_a_file_once()
    {
        _folder.Write("a.yaml", "a");
        _folder.Write("b.yaml", "b");
        using var source = Source("b.yaml", "?.yaml");

        Assert.Equal("b.yaml=b a.yaml=a", Text(source));
    }

    [Fact]
    public void Read_of_a_file_outside_the_content_root_names_its_whole_path()
    {
        using var elsewhere = new TemporaryFolder();
        var path = elsewhere.Write("rules.yaml", "r");
        using var source = Source(path);

        Assert.Equal(path, Assert.Single(source.Read()).Name);
    }

    [Fact]
    public void Read_drops_a_byte_order_mark()
    {
        File.WriteAllBytes(_folder.PathOf("a.yaml"), [0xEF, 0xBB, 0xBF, (byte)'x']);
        using var source = Source("a.yaml");

        Assert.Equal("a.yaml=x", Text(source));
    }

    [Theory]
    [InlineData("missing.yaml")]
    [InlineData("missing/*.yaml")]
    public void Read_of_what_does_not_exist_yet_gives_nothing(string pattern)
    {
        using var source = Source(pattern);

        Assert.Empty(source.Read());
    }

    [Fact]
    public void Read_of_a_file_above_16_MB_fails_for_that_file_alone()
    {
        _folder.Write("a.yaml", "a");
        using (var large = File.Create(_folder.PathOf("b.yaml")))
        {
            large.SetLength(FileContent.MaximumBytes + 1);
        }

        using var source = Source("*.yaml");

        var documents = source.Read();

        Assert.Null(documents[0].Failure);
        Assert.Equal(SourceFindings.FileUnreadable, documents[1].Failure!.Code);
        Assert.Contains("16 MB", documents[1].Failure!.Message, StringComparison.Ordinal);
        Assert.True(documents[1].Failure!.RefusesDocument);
    }

    [Fact]
    public void Read_of_what_cannot_be_opened_or_is_no_text_fails_for_that_file_alone()
    {
        Directory.CreateDirectory(_folder.PathOf("a.yaml"));
        File.WriteAllBytes(_folder.PathOf("b.yaml"), [0xC3, 0x28]);
        using var source = Source("a.yaml", "b.yaml");

        Assert.All(source.Read(), document => Assert.Equal(SourceFindings.FileUnreadable, document.Failure!.Code));
    }

    [Fact]
    public void Load_with_a_failing_file_throws_as_the_public_contract_says()
    {
        Directory.CreateDirectory(_folder.PathOf("a.yaml"));
        using var source = Source("a.yaml");

        Assert.Throws<SourceFailureException>(() => ((IMeshConfigurationSource)source).Load());
    }

    [Fact]
    public void Token_fires_when_content_changed()
    {
        _folder.Write("a.yaml", "1");
        using var source = Source("*.yaml");
        var token = Watch(source);

        _folder.Write("a.yaml", "2");
        _time.Advance(FileSetMonitor.PollInterval + FileSetMonitor.SettleInterval);

        Assert.True(token.HasChanged);
        Assert.Equal("a.yaml=2", Text(source));
    }

    [Fact]
    public void Token_does_not_fire_for_a_file_that_was_merely_touched_or_written_with_the_same_content()
    {
        var path = _folder.Write("a.yaml", "1");
        using var source = Source("*.yaml");
        var token = Watch(source);

        File.SetLastWriteTimeUtc(path, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        _time.Advance(TimeSpan.FromSeconds(5));
        _folder.Replace("a.yaml", "1");
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.False(token.HasChanged);
    }

    [Fact]
    public void Token_fires_though_length_and_time_stamp_stay()
    {
        var path = _folder.Write("a.yaml", "90/10");
        var stamp = File.GetLastWriteTimeUtc(path);
        using var source = Source("*.yaml");
        var token = Watch(source);

        File.WriteAllText(path, "10/90");
        File.SetLastWriteTimeUtc(path, stamp);
        Poll();

        Assert.True(token.HasChanged);
    }

    [Fact]
    public void Token_fires_for_a_large_file_whose_time_stamp_changed()
    {
        var path = _folder.Write("a.yaml", new string('1', 400_000));
        using var source = Source("*.yaml");
        var token = Watch(source);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(token.HasChanged);

        File.WriteAllText(path, new string('2', 400_000));
        File.SetLastWriteTimeUtc(path, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Poll();

        Assert.True(token.HasChanged);
    }

    [Fact]
    public void Token_fires_once_for_a_change_that_nobody_reads()
    {
        _folder.Write("a.yaml", "1");
        using var source = Source("*.yaml");
        Watch(source);
        _folder.Write("a.yaml", "2");
        Poll();

        var token = source.GetChangeToken();
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.False(token.HasChanged);
    }

    [Fact]
    public void Token_waits_until_a_change_was_seen_twice()
    {
        _folder.Write("a.yaml", "1");
        using var source = Source("*.yaml");
        var token = Watch(source);

        _folder.Write("a.yaml", "2");
        _time.Advance(FileSetMonitor.PollInterval);
        Assert.False(token.HasChanged);
        _folder.Write("a.yaml", "3");
        _time.Advance(FileSetMonitor.SettleInterval);
        Assert.False(token.HasChanged);
        _time.Advance(FileSetMonitor.SettleInterval);

        Assert.True(token.HasChanged);
    }

    [Fact]
    public void Token_fires_for_a_file_that_never_rests()
    {
        _folder.Write("a.yaml", "start");
        using var source = Source("*.yaml");
        var token = Watch(source);

        _time.Advance(FileSetMonitor.PollInterval - FileSetMonitor.SettleInterval);
        for (var i = 0; i < 25; i++)
        {
            _folder.Write("a.yaml", $"{i}");
            _time.Advance(FileSetMonitor.SettleInterval);
        }

        Assert.True(token.HasChanged);
    }

    [Fact]
    public void Token_fires_for_files_that_appear_in_a_directory_that_did_not_exist()
    {
        using var source = Source("later/*.yaml", "exact.yaml");
        var token = Watch(source);
        Poll();
        Assert.False(token.HasChanged);

        _folder.Write("later/a.yaml", "a");
        _folder.Write("exact.yaml", "e");
        Poll();

        Assert.True(token.HasChanged);
        Assert.Equal("later/a.yaml=a exact.yaml=e", Text(source));
    }

    [Fact(SkipUnless = nameof(HasLinks), Skip = "links need rights here")]
    public void Token_fires_for_a_swapped_link_as_Kubernetes_makes_it()
    {
        _folder.Write("mount/..1/rules.yaml", "1");
        _folder.Write("mount/..2/rules.yaml", "2");
        File.CreateSymbolicLink(_folder.PathOf("mount/..data"), "..1");
        File.CreateSymbolicLink(_folder.PathOf("mount/rules.yaml"), "..data/rules.yaml");
        using var source = Source("mount/*.yaml");
        var token = Watch(source);
        Assert.Equal("mount/rules.yaml=1", Text(source));

        File.CreateSymbolicLink(_folder.PathOf("mount/..data_tmp"), "..2");
        Assert.Equal(0, Rename(_folder.PathOf("mount/..data_tmp"), _folder.PathOf("mount/..data")));
        Poll();

        Assert.True(token.HasChanged);
        Assert.Equal("mount/rules.yaml=2", Text(source));
    }

    [Fact]
    public void Deleted_file_takes_its_rules_with_it_after_half_a_second()
    {
        _folder.Write("a.yaml", "1");
        _folder.Write("b.yaml", "1");
        using var source = Source("*.yaml");
        Watch(source);

        _folder.Delete("a.yaml");
        Assert.Equal("a.yaml=1 b.yaml=1", Text(source));
        var token = source.GetChangeToken();
        _time.Advance(TimeSpan.FromMilliseconds(500) + FileSetMonitor.SettleInterval);

        Assert.True(token.HasChanged);
        Assert.Equal("b.yaml=1", Text(source));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Replacing_a_file_by_way_of_nothing_never_shows_nothing(bool delete)
    {
        _folder.Write("a.yaml", "1");
        using var source = Source("*.yaml");
        Watch(source);

        if (delete)
        {
            _folder.Delete("a.yaml");
        }
        else
        {
            _folder.Write("a.yaml", "");
        }

        Assert.Equal("a.yaml=1", Text(source));
        _time.Advance(TimeSpan.FromMilliseconds(300));
        _folder.Write("a.yaml", "2");
        Assert.Equal("a.yaml=2", Text(source));

        // The grace of the first absence is over and must not count for the second.
        _time.Advance(TimeSpan.FromMilliseconds(300));
        _folder.Delete("a.yaml");
        Assert.Equal("a.yaml=2", Text(source));
    }

    [Fact]
    public void File_emptied_on_purpose_is_empty_in_the_end()
    {
        _folder.Write("a.yaml", "1");
        using var source = Source("*.yaml");
        Watch(source);

        _folder.Write("a.yaml", "");
        Text(source);
        _time.Advance(TimeSpan.FromMilliseconds(600));

        Assert.Equal("a.yaml=", Text(source));
    }

    [Fact]
    public void Dispose_leaves_no_timer()
    {
        _folder.Write("a.yaml", "1");
        var source = Source("*.yaml");
        Watch(source);
        Assert.Equal(1, _time.LiveTimers);

        source.Dispose();
        _folder.Write("a.yaml", "2");

        Assert.Equal(0, _time.LiveTimers);
        Assert.False(source.GetChangeToken().HasChanged);
    }

    // File.Move takes a link to a directory for a directory.
    [DllImport("libc", EntryPoint = "rename", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Rename(string from, string to);

    private static string Text(IstioFileSource source)
        => string.Join(" ", source.Read().Select(document => $"{document.Name}={document.Document?.Text ?? "failing"}"));

    private static IChangeToken Watch(IstioFileSource source)
    {
        var token = source.GetChangeToken();
        source.Read();
        return token;
    }

    private IstioFileSource Source(params string[] patterns) => new(patterns, _folder.Root, _time, notifications: false);

    private void Poll() => _time.Advance(FileSetMonitor.PollInterval + (2 * FileSetMonitor.SettleInterval));
}
