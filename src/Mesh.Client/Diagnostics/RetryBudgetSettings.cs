using System.Globalization;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Diagnostics;

/// <summary>What bounds the retries of a cluster beside the attempts of its rules: the budget of the mesh, Istio's, or both.</summary>
internal static class RetryBudgetSettings
{
    public static IEnumerable<MeshSetting> Of(ClusterPolicy policy)
    {
        if (policy.Limits.RetryBudget is { } budget)
        {
            yield return new(
                "retryBudget", $"{Number(budget.Percent)} % of the calls under way, at least {Wording.Number(budget.MinRetryConcurrency)}", null);
        }

        var own = policy.RetryBudget;
        if (own.IsEnabled)
        {
            yield return new(
                "x-mesh.retryBudget",
                $"{Number(own.Percent)} % of calls, and {Number(own.MinRetriesPerSecond)} a second",
                own == RetryBudgetExtension.Default ? "default" : null);
        }
        else if (policy.Limits.RetryBudget is null)
        {
            yield return new("x-mesh.retryBudget", "off", null);
        }
    }

    private static string Number(double number) => number.ToString(CultureInfo.InvariantCulture);
}
