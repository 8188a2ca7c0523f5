using System.Globalization;

namespace Mesh.Client.LoadBalancing;

/// <summary>Who this process is among the callers of a service, for the choice of the endpoints that it calls.</summary>
/// <param name="Name">Unlike that of any other caller, and the same after a restart where it can be.</param>
/// <param name="Index">Its number among callers that are numbered from 0 without gaps; null where they are not.</param>
internal sealed record SubsetCaller(string Name, int? Index)
{
    public const string IndexVariable = "MESH_WORKLOAD_INDEX";

    /// <summary>Pods of a Deployment end in five letters or digits, which may be digits all.</summary>
    private const int MaximumOrdinalDigits = 4;

    /// <param name="hostName">Of this machine or pod.</param>
    /// <param name="index">The value of <see cref="IndexVariable"/>; null where it is not set. What is no number counts as that.</param>
    public static SubsetCaller Of(string hostName, string? index)
        => new(hostName, TryParse(index) ?? OrdinalOf(hostName));

    public static SubsetCaller OfThisProcess() => Of(Environment.MachineName, Environment.GetEnvironmentVariable(IndexVariable));

    /// <summary>The number of a StatefulSet's pod: <c>web-12</c>.</summary>
    private static int? OrdinalOf(string hostName)
    {
        var digits = hostName.AsSpan(hostName.LastIndexOf('-') + 1);
        return digits.Length is > 0 and <= MaximumOrdinalDigits && digits.Length < hostName.Length && (digits.Length == 1 || digits[0] != '0')
            ? TryParse(digits)
            : null;
    }

    private static int? TryParse(ReadOnlySpan<char> text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
