namespace Mesh.Client.Tests.Pipeline;

public sealed class MirrorSenderTests
{
    [Fact]
    public void Mesh_may_be_disposed_twice()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        var runtime = ((Client.Pipeline.MeshHandler)mesh.Handler).Runtime;
        runtime.Dispose();

        Assert.Null(Record.Exception(runtime.Dispose));
    }
}
