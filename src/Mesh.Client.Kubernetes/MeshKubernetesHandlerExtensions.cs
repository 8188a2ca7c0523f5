using Mesh.Client.Kubernetes;

namespace Mesh.Client;

/// <summary>Kubernetes without dependency injection.</summary>
public static class MeshKubernetesHandlerExtensions
{
    /// <summary>The same for <see cref="MeshClient.CreateHandler"/> as
    /// <see cref="MeshKubernetesBuilderExtensions.AddKubernetes(IMeshBuilder, Action{MeshKubernetesOptions}?)"/> is for an application with a host: Services that are
    /// called, their endpoints, who this process is, and rules that stand at the API server.</summary>
    /// <remarks>Each handler that is made with the options has watches and connections of its own, which disposing it ends. CreateHandler waits for the first rules,
    /// as a host's start does (<see cref="MeshKubernetesOptions.RulesWait"/>), and on the thread that calls it: where nothing but Services is wanted set
    /// <see cref="MeshKubernetesOptions.Rules"/> to false. <see cref="MeshKubernetesOptions.Reports"/> takes a host, and CreateHandler throws
    /// <see cref="InvalidOperationException"/> where it is set.</remarks>
    /// <param name="options">What the handler is made with.</param>
    /// <param name="configure">Sets what differs from the defaults. Called at once; further calls of this method add to the same options.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    public static MeshHandlerOptions AddKubernetes(this MeshHandlerOptions options, Action<MeshKubernetesOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var part = options.Parts.OfType<KubernetesPart>().FirstOrDefault();
        if (part is null)
        {
            options.Parts.Add(part = new KubernetesPart(new MeshKubernetesOptions()));
        }

        configure?.Invoke(part.Options);
        return options;
    }
}
