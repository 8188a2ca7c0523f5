using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Hears what there is to tell operators of the reports of one cluster. Called on any thread, also that of a call: it is quick and
/// does not throw.</summary>
internal interface ILoadReportListener
{
    /// <summary>A report could not be used; the answer that brought it counts all the same.</summary>
    /// <param name="endpoint">Whose server sent it.</param>
    /// <param name="state">Why not.</param>
    /// <param name="text">What it sent, of any length.</param>
    void OnRefused(EndpointState endpoint, LoadReportState state, string text);

    /// <summary>A server was asked for its report beside the calls.</summary>
    void OnProbed(LoadProbeOutcome outcome);
}
