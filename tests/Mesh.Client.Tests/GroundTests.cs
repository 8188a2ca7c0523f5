namespace Mesh.Client.Tests;

public sealed class GroundTests
{
    [Fact]
    public void Runner_starts() => Assert.True(true);
}
