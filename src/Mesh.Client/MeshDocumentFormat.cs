namespace Mesh.Client;

internal enum MeshDocumentFormat
{
    MeshJson,
    IstioJson,
    IstioYaml,
}
