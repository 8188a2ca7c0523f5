using System.Globalization;
using System.Text.RegularExpressions;

namespace Mesh.Client.EndToEnd.Tests.Reload;

/// <summary>
/// One of many complete rule sets for the services left and right, which both are reviews v1 and v2. Everything in a set carries its number: the
/// rules by name, and the versions by being odd or even. Left has one subset whose labels change; right has subsets by turns. A call
/// on parts of two sets gets a version that does not fit the name of its rule, or a subset that is not there.
/// </summary>
internal static partial class RuleSet
{
    /// <summary>The names of what has to be written twice, once for each service.</summary>
    public static IReadOnlyList<string> Services { get; } = ["left", "right"];

    public static string VersionOf(int number) => int.IsOddInteger(number) ? "v1" : "v2";

    public static string SubsetOf(string service, int number) => service == "left" ? "chosen" : VersionOf(number) == "v1" ? "odd" : "even";

    /// <summary>The number in the name of a rule, such as <c>default/left http[0] (set-17)</c>.</summary>
    public static int NumberIn(string? rule) => Number().Match(rule ?? "") is { Success: true } match
        ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
        : throw new InvalidOperationException($"The rule '{rule}' names no set.");

    public static string VirtualService(string service, int number) =>
        $$"""
        { "hosts": [ "{{service}}" ],
          "http": [ { "name": "set-{{number}}",
                      "route": [ { "destination": { "host": "{{service}}", "subset": "{{SubsetOf(service, number)}}" } } ] } ] }
        """;

    public static string DestinationRule(string service, int number) =>
        $$"""
        { "host": "{{service}}",
          "subsets": [ { "name": "{{SubsetOf(service, number)}}", "labels": { "version": "{{VersionOf(number)}}" } } ] }
        """;

    [GeneratedRegex(@"\(set-(\d+)\)$")]
    private static partial Regex Number();
}
