using System.Reflection;
using System.Runtime.CompilerServices;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Architecture;

/// <summary>The arrows between the rooms of the house, as the design draws them.</summary>
public sealed class RoomTests
{
    private const string Root = "Mesh.Client";

    private static readonly Assembly House = typeof(MeshSnapshot).Assembly;

    /// <summary>Written by requests and background work; all else in the Model room is fixed once made.</summary>
    private static readonly Type[] StateTypes = [typeof(ClusterState), typeof(EndpointGroup), typeof(EndpointSet), typeof(EndpointState), typeof(EndpointHealth)];

    [Theory]
    [InlineData("Configuration")]
    [InlineData("Model", "Configuration")]
    [InlineData("Routing", "Model", "Configuration")]
    [InlineData("Discovery", "Model", "Configuration")]
    [InlineData("LoadBalancing", "Model", "Configuration")]
    [InlineData("Persistence", "Discovery", "Model", "Configuration")]
    [InlineData("Health", "Model", "Configuration")]
    [InlineData("Faults", "Model", "Configuration")]
    [InlineData("Security", "Model", "Configuration")]
    [InlineData(
        "Diagnostics",
        "Pipeline", "Transport", "Telemetry", "Resilience", "Routing", "Discovery", "Model", "Configuration")]
    public void Room_knows_only_those_below_it(string room, params string[] below)
    {
        var strangers = from type in TypesOf(room)
                        from named in TypeReferences.Of(type)
                        where named.Assembly == House && RoomOf(named) is { } other && other != room && !below.Contains(other)
                        select $"{type.FullName} names {named.FullName}";

        Assert.Empty(strangers.Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>It looks at all that calls use, so that nothing which calls use may hang on it.</summary>
    [Fact]
    public void Diagnostics_is_known_by_no_other_room()
    {
        var users = from type in House.GetTypes()
                    where RoomOf(type) is { } room && room != "Diagnostics"
                    from named in TypeReferences.Of(type)
                    where named.Assembly == House && RoomOf(named) == "Diagnostics"
                    select $"{type.FullName} names {named.FullName}";

        Assert.Empty(users.Distinct());
    }

    [Theory]
    [InlineData("Model")]
    [InlineData("Routing")]
    [InlineData("LoadBalancing")]
    [InlineData("Diagnostics")]
    public void Room_has_no_logging_metrics_or_dependency_injection(string room)
    {
        string[] kept = ["Microsoft.Extensions.Logging", "Microsoft.Extensions.DependencyInjection", "System.Diagnostics.Metrics"];
        var strangers = from type in TypesOf(room)
                        from named in TypeReferences.Of(type)
                        where kept.Any(name => named.Namespace?.StartsWith(name, StringComparison.Ordinal) == true)
                        select $"{type.FullName} names {named.FullName}";

        Assert.Empty(strangers.Distinct());
    }

    [Fact]
    public void Model_types_are_sealed()
        => Assert.Empty(TypesOf("Model").Where(type => !type.IsSealed && !type.IsInterface).Select(type => type.FullName));

    [Fact]
    public void Model_types_cannot_be_written_once_made()
    {
        var writable = from type in TypesOf("Model").Except(StateTypes)
                       where !type.IsDefined(typeof(CompilerGeneratedAttribute))
                       from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
                       where property.SetMethod is { IsPublic: true } setter && !IsInit(setter)
                       select $"{type.Name}.{property.Name}";

        // The one documented exception: where the running state was found.
        Assert.Equal([$"{nameof(ClusterModel)}.{nameof(ClusterModel.State)}"], writable);
    }

    [Fact]
    public void Model_types_have_no_public_fields()
        => Assert.Empty(TypesOf("Model").Except(StateTypes)
            .Where(type => !type.IsEnum && !type.IsDefined(typeof(CompilerGeneratedAttribute)))
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static))
            .Where(field => !field.IsLiteral)
            .Select(field => $"{field.DeclaringType!.Name}.{field.Name}"));

    [Fact]
    public void References_are_found_in_signatures_code_and_nested_types()
    {
        var found = TypeReferences.Of(typeof(Sample));

        Assert.Contains(typeof(Version), found);
        Assert.Contains(typeof(UriBuilder), found);
        Assert.Contains(typeof(FormatException), found);
        Assert.Contains(typeof(Guid), found);
    }

    private static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static IEnumerable<Type> TypesOf(string room) => House.GetTypes().Where(type => RoomOf(type) == room);

    /// <summary>Null for the root and for what the compiler adds outside of it.</summary>
    private static string? RoomOf(Type type)
        => type.Namespace is { } name && name.StartsWith(Root + ".", StringComparison.Ordinal) ? name.Split('.')[2] : null;

    private static class Sample
    {
        public static int Signature(List<Version?[]> versions) => versions.Count;

        public static string Code(bool condition)
        {
            try
            {
                return condition ? new UriBuilder("test").ToString() : $"{Enumerable.Empty<Guid>().Count()}";
            }
            catch (FormatException)
            {
                return "";
            }
        }
    }
}
