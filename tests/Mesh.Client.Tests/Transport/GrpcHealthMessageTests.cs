using CsCheck;
using Google.Protobuf;
using Mesh.Client.Transport;

namespace Mesh.Client.Tests.Transport;

/// <summary>The messages by hand against those of the generator.</summary>
public sealed class GrpcHealthMessageTests
{
    [Fact]
    public void Question_is_the_one_that_a_generated_client_writes()
        => Gen.String[0, 300].Sample(service =>
        {
            // What is no text in UTF-16 is replaced on both sides.
            var text = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(service));
            using var content = GrpcHealthMessage.Ask(text);
            var frame = content.ReadAsByteArrayAsync().GetAwaiter().GetResult();

            Assert.Equal(new HealthCheckRequest { Service = text }, HealthCheckRequest.Parser.ParseFrom(frame.AsSpan(5)));
            Assert.Equal(frame.Length - 5, (frame[3] << 8) | frame[4]);
        });

    [Theory]
    [InlineData(HealthCheckResponse.Types.ServingStatus.Unknown)]
    [InlineData(HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData(HealthCheckResponse.Types.ServingStatus.NotServing)]
    public void Answer_is_read_as_it_was_written(HealthCheckResponse.Types.ServingStatus status)
    {
        var message = new HealthCheckResponse { Status = status }.ToByteArray();

        Assert.Equal((int)status, GrpcHealthMessage.ReadStatus([0, 0, 0, 0, (byte)message.Length, .. message]));
    }

    /// <summary>A later version may say more: in any wire type, before or after what is looked for.</summary>
    [Fact]
    public void Answer_with_fields_that_are_not_known_is_read()
        => Assert.Equal(1, GrpcHealthMessage.ReadStatus([0, 0, 0, 0, 23, 0x12, 2, 7, 7, 0x18, 0x80, 1, 0x21, 1, 2, 3, 4, 5, 6, 7, 8, 0x2D, 1, 2, 3, 4, 8, 1]));

    [Fact]
    public void Answer_of_any_bytes_is_read_or_refused()
        => Gen.Byte.Array[0, 40].Sample(bytes => Assert.InRange(GrpcHealthMessage.ReadStatus([0, 0, 0, 0, (byte)bytes.Length, .. bytes]), -1, int.MaxValue));

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 2, 8, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 3, 8, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 8 })]
    public void Answer_that_is_cut_or_compressed_is_refused(byte[] frame) => Assert.Equal(-1, GrpcHealthMessage.ReadStatus(frame));
}
