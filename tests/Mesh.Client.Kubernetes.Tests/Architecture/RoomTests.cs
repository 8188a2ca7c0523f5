using System.Reflection;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Tests.Architecture;

namespace Mesh.Client.Kubernetes.Tests.Architecture;

/// <summary>The arrows between the rooms of the package.</summary>
public sealed class RoomTests
{
    private const string Root = "Mesh.Client.Kubernetes";

    private static readonly Assembly House = typeof(ApiServer).Assembly;

    [Theory]
    [InlineData("OpenShift", "Access", "Watching")]
    [InlineData("Access")]
    [InlineData("Watching", "Access")]
    [InlineData("Rules", "Access", "Watching")]
    [InlineData("Reporting", "Access", "Watching", "Rules")]
    public void Room_knows_only_those_below_it(string room, params string[] below)
    {
        var strangers = from type in House.GetTypes()
                        where RoomOf(type) == room
                        from named in TypeReferences.Of(type)
                        where named.Assembly == House && RoomOf(named) is { } other && other != room && !below.Contains(other)
                        select $"{type.FullName} names {named.FullName}";

        Assert.Contains(House.GetTypes(), type => RoomOf(type) == room);
        Assert.Empty(strangers.Distinct());
    }

    private static string? RoomOf(Type type)
        => type.Namespace is { } name && name.StartsWith(Root + ".", StringComparison.Ordinal) ? name.Split('.')[3] : null;
}
