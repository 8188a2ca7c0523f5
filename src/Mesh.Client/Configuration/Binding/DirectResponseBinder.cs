using System.Text;

namespace Mesh.Client.Configuration;

/// <summary>The block <c>directResponse</c>.</summary>
internal static class DirectResponseBinder
{
    // Istio's limit.
    private const int LargestBody = 1024 * 1024;

    public static DirectResponseConfiguration? Bind(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var status = fields.Integer("status", 200, 599);
        if (!fields.Has("status"))
        {
            fields.Findings.Error(FindingCodes.MissingField, fields.Node, "'status' is missing.", "Write the HTTP status of the answer, such as 404.");
        }

        var body = Body(fields.Object("body"));
        fields.Finish();
        return status is null ? null : new() { Status = status.Value, Body = body };
    }

    private static byte[] Body(FieldReader? fields)
    {
        if (fields is null)
        {
            return [];
        }

        var text = fields.TextOrEmpty("string");
        var encoded = fields.Text("bytes");
        fields.Finish();
        if (text is not null && encoded is not null)
        {
            fields.Findings.Error(FindingCodes.Conflict, fields.Take("bytes")!, "'string' and 'bytes' exclude each other.", "Keep one of them.");
        }

        var body = text is not null ? Encoding.UTF8.GetBytes(text) : Decode(encoded, fields);
        if (body.Length > LargestBody)
        {
            fields.Findings.Error(FindingCodes.BadDirectResponse, fields.Node, $"the body has {body.Length} bytes; at most {LargestBody} are allowed.", "Serve it from a service.");
        }

        return body;
    }

    private static byte[] Decode(string? encoded, FieldReader fields)
    {
        var bytes = new byte[((encoded?.Length ?? 0) * 3 / 4) + 3];
        if (Convert.TryFromBase64String(encoded ?? "", bytes, out var length))
        {
            return bytes[..length];
        }

        fields.Findings.Error(FindingCodes.BadDirectResponse, fields.Take("bytes")!, "'bytes' is not base64.", "Encode it, or write the text as 'string'.");
        return [];
    }
}
