namespace Mesh.Client.EndToEnd.Tests;

public sealed class GroundTests
{
    [Fact]
    public void Runner_starts() => Assert.True(true);
}
