using System.Runtime.CompilerServices;
using Mesh.Client.TestKit;
using Xunit.v3;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>A test against a real API server: skipped where there is none, with the command that builds it; in CI it fails then.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KubeFactAttribute : FactAttribute, ITraitAttribute
{
    public KubeFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip = ExternalPrograms.KubernetesMissing;
        SkipType = typeof(ExternalPrograms);
        SkipUnless = nameof(ExternalPrograms.HasKubernetes);
    }

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [KeyValuePair.Create("Needs", "kube-apiserver")];
}
