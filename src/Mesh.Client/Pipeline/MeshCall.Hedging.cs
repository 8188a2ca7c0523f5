namespace Mesh.Client.Pipeline;

/// <summary>What a call and the copies of its attempts, which are calls of their own, have to do with each other.</summary>
internal sealed partial class MeshCall
{
    /// <summary>How many copies were sent.</summary>
    public int Hedges { get; set; }

    /// <summary>The attempt ended with one of its copies, which was sent after it and had the less time.</summary>
    public bool IsLateCopy { get; private set; }

    /// <summary>When the attempt under way was sent, as a timestamp of the clock without pauses; of a cluster with hedging.</summary>
    public long SentAt => _sentAt;

    /// <summary>Where the call is to go, whatever stands on the request while it is being sent.</summary>
    public Uri LogicalUri => _logicalUri ?? Request.RequestUri!;

    /// <summary>The name of the host stands on the request while it is being sent, and not because the caller wrote it.</summary>
    public bool HasWrittenHost => _hasWrittenHost;

    /// <summary>A copy goes on a message of its own.</summary>
    public void SendAs(HttpRequestMessage copy) => Request = copy;

    /// <summary>Connections and counts of an attempt that has ended are given back, while its copies go on.</summary>
    public void EndCopied() => EndHold();

    /// <summary>Of all copies of the attempt this one has brought its end: the call holds from now on what the copy held.</summary>
    public void Adopt(MeshCall copy)
    {
        EndHold();
        IsLateCopy = true;
        (Endpoint, Balancer, Transport, _sentAt) = (copy.Endpoint, copy.Balancer, copy.Transport, copy._sentAt);
        (_pool, _isEndpointHeld, _isLearntFrom) = (copy._pool, copy._isEndpointHeld, copy._isLearntFrom);
        (copy.Transport, copy._pool, copy._isEndpointHeld, copy._isLearntFrom) = (null, default, false, false);
        (_admission, copy._admission) = (copy._admission, default);
    }
}
