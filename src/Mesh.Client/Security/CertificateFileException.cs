namespace Mesh.Client.Security;

/// <summary>Why a server cannot be checked, before anything was asked of it: what this process lacks, the server is not to be blamed for.</summary>
internal sealed class CertificateFileException(string message, Exception innerException) : IOException(message, innerException);
