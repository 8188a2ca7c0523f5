using CsCheck;
using Mesh.Client.Discovery.Dns;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.Discovery.Dns;

public sealed class DnsMessageReaderTests
{
    private const int Unknown = 65_280;
    private static readonly byte[] ToQuestion = [0xC0, 12];

    [Fact]
    public void Read_gives_records_of_every_kind_that_discovery_knows_and_passes_over_others()
    {
        var message = Read(Answer("a.example")
            .Alias("a.example", 5, "b.example").Address("b.example", 6, "10.0.0.1", "fd00::1").Service("c.example", 7, 1, 2, 3, "d.example")
            .Record(0, "b.example", Unknown, 1, [1, 2, 3]).None(9, 4));

        Assert.Equal(new DnsQuestion("a.example", DnsRecordType.A), message.Question);
        Assert.Equal(["CNAME a.example b.example", "A b.example ", "AAAA b.example ", "SRV c.example d.example"], message.Answers.Select(record => $"{record.Type} {record.Name} {record.Target}"));
        Assert.Equal(["10.0.0.1", "fd00::1"], message.Answers.Select(record => record.Address?.ToString()).OfType<string>());
        Assert.Equal((1, 2, 3), (message.Answers[3].Priority, message.Answers[3].Weight, message.Answers[3].Port));
        Assert.Equal(TimeSpan.FromSeconds(4), message.NegativeValidity);
    }

    [Fact]
    public void Read_of_a_time_to_live_with_the_highest_bit_is_none() =>
        Assert.Equal(TimeSpan.Zero, Read(Answer("a").Address("a", int.MinValue, "10.0.0.1")).Answers.Single().TimeToLive);

    [Fact]
    public void Read_of_bytes_that_no_host_name_has_keeps_the_name_apart_from_others() =>
        Assert.Equal("a\\046b\\000.example", Read(Answer("a").Record(0, [5, (byte)'a', (byte)'.', (byte)'b', 0, (byte)' ', 0], Unknown, 1, []).Record(
            0, [4, (byte)'a', (byte)'.', (byte)'b', 0, .. DnsWire.Name("example")], DnsAnswer.A, 1, [10, 0, 0, 1])).Answers.Single().Name);

    [Fact]
    public void Read_follows_pointers_backwards() =>
        Assert.Equal("www.a.example", Read(Answer("a.example").Record(0, [3, .. "www"u8, .. ToQuestion], DnsAnswer.A, 1, [10, 0, 0, 1])).Answers.Single().Name);

    [Theory]
    [InlineData(new byte[] { 0xC0, 27 })]
    [InlineData(new byte[] { 0xC0, 40 })]
    [InlineData(new byte[] { 1, (byte)'a', 0xC0, 27 })]
    [InlineData(new byte[] { 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x40, 1, 0 })]
    [InlineData(new byte[] { 0x80, 1, 0 })]
    public void Read_of_a_pointer_that_leads_on_or_round_or_away_fails(byte[] name) =>
        Assert.False(Read(Answer("a.example").Record(0, name, DnsAnswer.A, 1, [10, 0, 0, 1])).IsWhole);

    [Theory]
    [InlineData(DnsAnswer.A, 3)]
    [InlineData(DnsAnswer.A, 5)]
    [InlineData(DnsAnswer.Aaaa, 4)]
    [InlineData(DnsAnswer.Srv, 6)]
    [InlineData(DnsAnswer.Srv, 8)]
    [InlineData(DnsAnswer.Cname, 0)]
    [InlineData(DnsAnswer.Soa, 4)]
    public void Read_of_data_of_another_length_than_its_type_has_fails(int type, int length) =>
        Assert.False(Read(Answer("a").Record(0, "a", type, 1, new byte[length])).IsWhole);

    [Fact]
    public void Read_of_more_records_than_there_are_gives_none()
    {
        var message = Read(Answer("a").Address("a", 1, "10.0.0.1").Claim(60_000));

        Assert.False(message.IsWhole);
        Assert.Empty(message.Answers);
    }

    /// <summary>Names that lead over one another can make a few thousand bytes say megabytes; here a name is as long as names may be.</summary>
    [Fact]
    public void Read_of_names_that_grow_from_pointer_to_pointer_fails_where_they_are_too_long()
    {
        var answer = Answer("a");
        List<byte> names = [.. DnsWire.Name(new string('a', 63) + "." + new string('b', 63))];
        var first = answer.ToBytes().Length + 11;
        int[] starts = [first, .. Enumerable.Range(0, 3).Select(step => first + names.Count + (66 * step))];
        for (var step = 1; step < starts.Length; step++)
        {
            names.AddRange([63, .. Enumerable.Repeat((byte)'c', 63), (byte)(0xC0 | (starts[step - 1] >> 8)), (byte)starts[step - 1]]);
        }

        byte[] Pointer(int step) => [(byte)(0xC0 | (starts[step] >> 8)), (byte)starts[step]];
        answer.Record(0, [0], Unknown, 1, [.. names]).Record(0, Pointer(1), DnsAnswer.A, 1, [10, 0, 0, 1]);
        Assert.Equal(191, Read(answer).Answers.Single().Name.Length);
        Assert.False(Read(answer.Record(0, Pointer(2), DnsAnswer.A, 1, [10, 0, 0, 1])).IsWhole);
    }

    [Fact]
    public void Read_of_the_upper_bits_of_the_code_takes_them_from_the_record_of_edns() =>
        Assert.Equal(DnsResponseCode.BadVersion, Read(Answer("a").Record(2, "", 41, 1 << 24, [])).Code);

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(13)]
    public void Read_of_less_than_head_and_question_is_nothing(int length) => Assert.Null(DnsMessageReader.Read(Answer("a.example").ToBytes().AsSpan(0, length)));

    [Fact]
    public void Read_of_any_bytes_ends_without_an_exception() => Seeded.Sample(Gen.Byte.Array[0, 200], 20_000, bytes =>
    {
        if (bytes.Length > 6)
        {
            (bytes[4], bytes[5]) = (0, (byte)(bytes[5] & 1));
        }

        DnsMessageReader.Read(bytes);
    });

    [Fact]
    public void Read_of_a_message_with_some_bytes_changed_ends_without_an_exception()
    {
        var sound = Answer("a.example").Alias("a.example", 5, "b.example").Service("c.example", 7, 1, 2, 3, "d.example").None(9).Glue("d.example", 1, "10.0.0.1").ToBytes();
        Seeded.Sample(Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte).Array[1, 6], 20_000, changes =>
        {
            var bytes = sound.ToArray();
            foreach (var (at, value) in changes)
            {
                bytes[at] = value;
            }

            DnsMessageReader.Read(bytes);
        });
    }

    [Theory]
    [InlineData("reviews", true)]
    [InlineData("_http._tcp.reviews.default.svc.cluster.local", false)]
    public void Written_question_is_read_again(string name, bool hasEdns)
    {
        var buffer = new byte[DnsMessageWriter.MaximumLength];
        var length = DnsMessageWriter.Write(buffer, 4711, new DnsQuestion(name, DnsRecordType.SRV), hasEdns);
        var message = DnsMessageReader.Read(buffer.AsSpan(0, length));

        Assert.Equal((4711, new DnsQuestion(name, DnsRecordType.SRV), false, true), (message!.Id, message.Question, message.IsResponse, message.IsWhole));
    }

    [Fact]
    public void Written_question_of_the_longest_name_fits()
    {
        var name = string.Join('.', Enumerable.Repeat(new string('a', 63), 3).Append(new string('a', 61)));

        Assert.Equal(DnsMessageWriter.MaximumLength, DnsMessageWriter.Write(new byte[DnsMessageWriter.MaximumLength], 1, new DnsQuestion(name, DnsRecordType.A), hasEdns: true));
    }

    private static DnsAnswer Answer(string name)
    {
        byte[] question = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. DnsWire.Name(name), 0, DnsAnswer.A, 0, 1];
        return new DnsQuery(question, IsConnection: false, _ => Task.CompletedTask).Answer();
    }

    private static DnsMessage Read(DnsAnswer answer) => DnsMessageReader.Read(answer.ToBytes())!;
}
