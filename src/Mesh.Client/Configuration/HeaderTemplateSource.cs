namespace Mesh.Client.Configuration;

internal enum HeaderTemplateSource
{
    Text,

    /// <summary><c>%REQ(name)%</c></summary>
    Request,

    /// <summary><c>%RESP(name)%</c></summary>
    Response,
}
