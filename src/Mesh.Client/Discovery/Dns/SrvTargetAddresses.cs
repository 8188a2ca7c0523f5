using System.Net;
using Mesh.Client.Model;

namespace Mesh.Client.Discovery.Dns;

/// <summary>The addresses of the targets of one answer, gathered by several look-ups at once and read after the last.</summary>
internal sealed class SrvTargetAddresses
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IReadOnlyList<IPAddress>> _addresses = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (bool V4, bool V6)> _open = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>By target. Those without any are not there.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<IPAddress>> ByTarget => _addresses;

    /// <summary>The first of the failures; null where every target was answered.</summary>
    public string? Failure { get; private set; }

    /// <summary>How many targets were too many to ask for.</summary>
    public int LeftOut { get; set; }

    /// <summary>The shortest of all.</summary>
    public TimeSpan ValidFor { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Nobody said whether the target still has the address.</summary>
    public bool LeavesOpen(Endpoint endpoint) => endpoint.Target is { } target && _open.TryGetValue(target, out var open)
        && (endpoint.Host.Contains(':') ? open.V6 : open.V4);

    public void Add(string target, IReadOnlyList<IPAddress> addresses, TimeSpan validFor)
    {
        lock (_gate)
        {
            if (addresses.Count > 0)
            {
                _addresses[target] = addresses;
            }

            ValidFor = validFor < ValidFor ? validFor : ValidFor;
        }
    }

    public void Add(string target, DnsAddresses found)
    {
        if (found.Failure is { } failure)
        {
            Fail(target, failure, found.V4.Failure is not null, found.V6.Failure is not null);
        }

        if (!found.IsEmpty || found.Failure is null)
        {
            Add(target, [.. found.All], found.ValidFor);
        }
    }

    public void Fail(string target, string failure, bool isV4 = true, bool isV6 = true)
    {
        lock (_gate)
        {
            Failure ??= failure;
            _open[target] = (isV4, isV6);
        }
    }
}
