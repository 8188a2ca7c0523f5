using Bookinfo;
using Bookinfo.Launching;

namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>Keeps what the services of a launcher say, entry by entry.</summary>
internal sealed class ServiceLog : IServiceOutput
{
    private readonly Lock _gate = new();
    private readonly List<(InstanceSpec Service, string Text)> _entries = [];

    public void Say(InstanceSpec service, string text)
    {
        lock (_gate)
        {
            _entries.Add((service, text));
        }
    }

    /// <summary>How many entries of the service begin like this.</summary>
    public int Count(InstanceSpec service, string start)
    {
        lock (_gate)
        {
            return _entries.Count(entry => entry.Service == service && entry.Text.StartsWith(start, StringComparison.Ordinal));
        }
    }
}
