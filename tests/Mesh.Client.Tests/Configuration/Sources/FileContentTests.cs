using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Sources;

public sealed class FileContentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_of_a_file_of_100_MB_fails_without_reading_it()
    {
        var path = _folder.PathOf("a.yaml");
        using (var file = File.Create(path))
        {
            file.SetLength(100 * 1024 * 1024);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var reading = FileContent.Read(path);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
        Assert.Contains("16 MB", reading.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_of_a_stream_of_100_MB_stops_at_the_limit()
    {
        using var stream = new EndlessStream(100 * 1024 * 1024);

        Assert.Contains("16 MB", FileContent.Read(stream).Failure, StringComparison.Ordinal);
        Assert.InRange(stream.Given, FileContent.MaximumBytes, FileContent.MaximumBytes + (64 * 1024));
    }

    [Fact]
    public async Task Read_of_a_file_that_comes_and_goes_gives_all_of_it_or_nothing()
    {
        var text = new string('a', 200_000);
        var path = _folder.Write("a.yaml", text);
        using var end = new CancellationTokenSource();
        var writer = Task.Run(
            () =>
            {
                while (!end.IsCancellationRequested)
                {
                    File.Delete(path);
                    _folder.Replace("a.yaml", text);
                }
            },
            TestContext.Current.CancellationToken);

        for (var count = 0; count < 2_000; count++)
        {
            var reading = FileContent.Read(path);
            Assert.True(reading.IsMissing || reading.Failure is not null || reading.Bytes!.Length == text.Length, $"{reading.Bytes?.Length} bytes were read.");
        }

        await end.CancelAsync();
        await writer;
    }

    private sealed class EndlessStream(long length) : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => Given; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var given = (int)Math.Min(count, length - Given);
            Given += given;
            return given;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
