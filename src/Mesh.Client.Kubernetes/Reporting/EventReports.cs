using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Reporting;

/// <summary>Tells findings as Events. The name of an Event follows from what it says, so that the same is said once, whoever says it: the second is refused
/// (409) for as long as the server keeps the first.</summary>
internal sealed class EventReports(ApiObjects objects, string identity, TimeProvider timeProvider)
{
    private const string Controller = "mesh-client";

    // Bounds of the API.
    private const int LongestNote = 1024;
    private const int LongestInstance = 128;
    private const int LongestName = 200;

    /// <exception cref="ReportException">The server did not take it.</exception>
    public async Task WriteAsync(ObjectReport report, CancellationToken cancellationToken)
    {
        var (kind, key, about) = (report.Kind, report.Key, report.Object);
        var note = report.Describe(LongestNote);
        var space = key.Namespace.Length > 0 ? key.Namespace : "default";
        var said = SHA256.HashData(Encoding.UTF8.GetBytes($"{about.Uid}\n{(report.Findings.Count > 0 ? "" : about.Generation)}\n{note}"));
        var body = new JsonObject
        {
            ["apiVersion"] = "events.k8s.io/v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{(key.Name.Length <= LongestName ? key.Name : key.Name[..LongestName].TrimEnd('.', '-'))}.{Convert.ToHexStringLower(said.AsSpan(0, 8))}",
                ["namespace"] = space,
            },
            ["eventTime"] = ReportLease.MicroTime(timeProvider.GetUtcNow()),
            ["reportingController"] = Controller,
            ["reportingInstance"] = identity.Length <= LongestInstance ? identity : identity[..LongestInstance],
            ["action"] = "Validate",
            ["reason"] = report.Reason,
            ["type"] = report.Findings.Count > 0 ? "Warning" : "Normal",
            ["note"] = note,
            ["regarding"] = new JsonObject
            {
                ["apiVersion"] = about.ApiVersion,
                ["kind"] = kind.Kind,
                ["namespace"] = key.Namespace,
                ["name"] = key.Name,
                ["uid"] = about.Uid,
            },
        };
        var (status, _) = await objects.SendAsync(HttpMethod.Post, $"apis/events.k8s.io/v1/namespaces/{space}/events", body, cancellationToken).ConfigureAwait(false);
        if (status is not (HttpStatusCode.Created or HttpStatusCode.OK or HttpStatusCode.Conflict))
        {
            throw new ReportException(
                $"the server answered {(int)status} to create an Event about {kind.DocumentName(key.Namespace, key.Name)}. Verb create on events.events.k8s.io is needed in namespace {space}.");
        }
    }
}
