using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Mesh.Client.Kubernetes.Rules;

namespace Mesh.Client.Kubernetes.Reporting;

/// <summary>
/// Tells findings in the status of Istio's objects: one condition, and a message for each finding beside those of Istio. Both are lists that others write too
/// and that the schemas take as one value, so that server-side apply would take them away from the others: they are read, changed and written back for
/// the version that was read (409 where that is not the newest, and once more).
/// </summary>
internal sealed class StatusReports(ApiObjects objects, TimeProvider timeProvider)
{
    private const string CodePrefix = "MESH";
    private const int Attempts = 5;
    private const int LongestMessage = 4096;

    /// <exception cref="ReportException">The server did not take it.</exception>
    public async Task WriteAsync(ObjectReport report, CancellationToken cancellationToken)
    {
        var (kind, key) = (report.Kind, report.Key);
        var path = $"apis/{report.Object.ApiVersion}/namespaces/{key.Namespace}/{kind.Plural}/{key.Name}";
        for (var attempt = 1; ; attempt++)
        {
            var (found, current) = await objects.SendAsync(HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
            if (found == HttpStatusCode.NotFound || (current is not null && Text(current["metadata"]?["uid"]) != report.Object.Uid))
            {
                // Another object has its name by now, or none: what was found is about neither.
                return;
            }

            if (current is null)
            {
                throw Refused(found, report, "get");
            }

            if (Change(current["status"] as JsonObject, report) is not { } status)
            {
                return;
            }

            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = current["metadata"]?["resourceVersion"]?.DeepClone() },
                ["status"] = status,
            };
            var (written, _) = await objects.SendAsync(HttpMethod.Patch, path + "/status", patch, cancellationToken, ApiObjects.MergePatch).ConfigureAwait(false);
            if (written == HttpStatusCode.OK || written == HttpStatusCode.NotFound)
            {
                return;
            }

            if (written != HttpStatusCode.Conflict || attempt == Attempts)
            {
                throw Refused(written, report, "patch");
            }
        }
    }

    /// <summary>What is to be written of the status; null where it says all that already.</summary>
    private JsonObject? Change(JsonObject? status, ObjectReport report)
    {
        var before = Conditions(status).FirstOrDefault(IsOurs);
        if (before is null && report.Findings.Count == 0)
        {
            return null;
        }

        var isTrue = report.IsRefused ? "False" : "True";
        var message = report.Describe(LongestMessage);
        var messages = report.Findings.Select(MessageOf).ToList();
        var known = Messages(status).Where(IsOursMessage).ToList();
        if (before is not null && Text(before["status"]) == isTrue && Text(before["message"]) == message && Text(before["reason"]) == report.Reason
            && known.Count == messages.Count && known.Zip(messages).All(pair => JsonNode.DeepEquals(pair.First, pair.Second)))
        {
            return null;
        }

        var condition = new JsonObject
        {
            ["type"] = RuleObject.Condition,
            ["status"] = isTrue,
            ["reason"] = report.Reason,
            ["message"] = message,
            ["observedGeneration"] = report.Object.Generation,
            ["lastTransitionTime"] = before is not null && Text(before["status"]) == isTrue && Text(before["lastTransitionTime"]) is { } since
                ? since
                : timeProvider.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };
        JsonNode?[] conditions = [.. Conditions(status).Where(other => !IsOurs(other)).Select(other => other?.DeepClone()), condition];
        JsonNode?[] all = [.. Messages(status).Where(other => !IsOursMessage(other)).Select(other => other?.DeepClone()), .. messages];
        return new JsonObject { ["conditions"] = new JsonArray(conditions), ["validationMessages"] = new JsonArray(all) };
    }

    private static JsonObject MessageOf(MeshFinding finding) => new()
    {
        ["type"] = new JsonObject { ["code"] = finding.Code, ["name"] = finding.Aliases.Count > 0 ? finding.Aliases[0] : finding.Code },
        ["level"] = finding.Severity switch
        {
            MeshFindingSeverity.Error => "ERROR",
            MeshFindingSeverity.Warning => "WARNING",
            _ => "INFO",
        },
    };

    private static IEnumerable<JsonNode?> Conditions(JsonObject? status) => status?["conditions"] as JsonArray ?? [];

    private static IEnumerable<JsonNode?> Messages(JsonObject? status) => status?["validationMessages"] as JsonArray ?? [];

    private static bool IsOurs(JsonNode? condition) => condition is JsonObject && Text(condition["type"]) == RuleObject.Condition;

    private static bool IsOursMessage(JsonNode? message)
        => message is JsonObject && message["type"] is JsonObject type && Text(type["code"])?.StartsWith(CodePrefix, StringComparison.Ordinal) == true;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static ReportException Refused(HttpStatusCode status, ObjectReport report, string verb) => new(
        $"the server answered {(int)status} to {verb} the status of {report.Kind.DocumentName(report.Key.Namespace, report.Key.Name)}. "
        + $"Verb get on {report.Kind.Plural}.{report.Kind.Group} and patch on {report.Kind.Plural}/status are needed in namespace {report.Key.Namespace}.");
}
