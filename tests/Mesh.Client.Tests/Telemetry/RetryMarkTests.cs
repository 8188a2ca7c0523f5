using Mesh.Client.Telemetry;

namespace Mesh.Client.Tests.Telemetry;

public sealed class RetryMarkTests
{
    [Theory]
    [InlineData("mesh.retry=1")]
    [InlineData("tenant=7, mesh.retry = 1")]
    [InlineData("mesh.retry=1;by=a,tenant=7")]
    [InlineData("mesh.retry=2,mesh.retry=1")]
    [InlineData("mesh.retry=%31")]
    public void Mark_is_found_among_the_members_of_a_header(string header) => Assert.True(RetryMark.IsIn(header));

    [Theory]
    [InlineData("")]
    [InlineData("mesh.retry")]
    [InlineData("mesh.retry=")]
    [InlineData("mesh.retry=0")]
    [InlineData("mesh.retry=11")]
    [InlineData("mesh.retry=%")]
    [InlineData("mesh.retry=%2531")]
    [InlineData("mesh.retry=true")]
    [InlineData("Mesh.Retry=1")]
    [InlineData("my.mesh.retry=1")]
    [InlineData("mesh.retryx=1")]
    [InlineData("tenant=mesh.retry=1")]
    [InlineData(";mesh.retry=1")]
    [InlineData("a;mesh.retry=1")]
    public void Anything_else_is_no_mark(string header) => Assert.False(RetryMark.IsIn(header));
}
