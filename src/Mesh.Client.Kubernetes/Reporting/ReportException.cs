namespace Mesh.Client.Kubernetes.Reporting;

/// <summary>A report that could not be written. It stays inside the room.</summary>
internal sealed class ReportException : Exception
{
    public ReportException()
    {
    }

    public ReportException(string message)
        : base(message)
    {
    }

    public ReportException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
