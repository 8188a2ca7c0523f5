using Mesh.Client.Configuration;
using Mesh.Client.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Mesh.Client.Tests.Configuration.Sources;

public sealed class MeshBuilderExtensionsTests
{
    [Fact]
    public void Sources_come_in_the_order_added()
    {
        var builder = new Builder();
        var first = new ScriptedSource("first");
        var last = new ScriptedSource("last");
        builder.AddSource(first).AddIstioYaml("a/*.yaml", "b.yaml").AddSource(last);

        using var services = builder.Services.BuildServiceProvider();

        Assert.Equal(["first", "a/*.yaml, b.yaml", "last"], services.GetServices<IMeshConfigurationSource>().Select(source => source.Name));
    }

    [Fact]
    public void AddIstioYaml_takes_paths_from_the_content_root_of_the_host()
    {
        using var folder = new TemporaryFolder();
        folder.Write("istio/a.yaml", "a");
        var builder = new Builder();
        builder.Services.AddSingleton<IHostEnvironment>(new Environment(folder.Root));
        builder.AddIstioYaml("istio/*.yaml");

        using var services = builder.Services.BuildServiceProvider();

        Assert.Equal("istio/a.yaml", Assert.Single(services.GetRequiredService<IMeshConfigurationSource>().Load()).Name);
    }

    [Fact]
    public void Dispose_of_the_services_stops_the_file_source()
    {
        var time = new TestClock();
        var builder = new Builder();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.AddIstioYaml("*.yaml");
        var services = builder.Services.BuildServiceProvider();
        services.GetRequiredService<IMeshConfigurationSource>().GetChangeToken();
        Assert.Equal(1, time.LiveTimers);

        services.Dispose();

        Assert.Equal(0, time.LiveTimers);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*/rules.yaml")]
    [InlineData(null)]
    public void AddIstioYaml_of_a_pattern_that_cannot_be_used_throws(string? pattern)
        => Assert.Throws<ArgumentException>("patterns", () => new Builder().AddIstioYaml("good.yaml", pattern!));

    private sealed class Builder : IMeshBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();
    }

    private sealed class Environment(string root) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Test";

        public string ApplicationName { get; set; } = "Test";

        public string ContentRootPath { get; set; } = root;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
