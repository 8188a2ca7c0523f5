namespace Mesh.Client.AspNetCore.Tests.Propagation;

/// <summary>Listeners to activities see the whole process, and give the servers of all tests an Activity: these tests run while no others do.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ServerActivityCollection
{
    public const string Name = "Activities of servers";
}
