using System.Text.Json.Nodes;

namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>Who answered: reviews names its pod, such as <c>reviews-v2-9084</c>.</summary>
internal static class Pods
{
    public static string NameIn(string reviews) => (string?)JsonNode.Parse(reviews)?["podname"] ?? "";

    public static string VersionIn(string reviews) => NameIn(reviews).Split('-') is ["reviews", var version, _]
        ? version
        : throw new InvalidOperationException($"No pod of reviews is named in: {reviews}");
}
