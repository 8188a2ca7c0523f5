namespace Mesh.Client.Configuration;

/// <summary>Who declares a host. Of several claims on one host, as external names can have, one is used alone.</summary>
/// <param name="Metadata">The declaring object.</param>
/// <param name="Namespace">Where the host then lives.</param>
/// <param name="IsEntry">A ServiceEntry, not an entry of <c>Mesh:Services</c>.</param>
/// <param name="IsHidden">The Sidecar of this process does not show it; rules that it shows may lead there all the same.</param>
internal readonly record struct RegistryClaim(ResourceMetadata Metadata, string Namespace, bool IsEntry, bool IsHidden = false)
{
    /// <summary>What is seen first, then the client's own namespace, then <c>Mesh:Services</c>, then the oldest.</summary>
    public bool GoesBefore(RegistryClaim other, string ownNamespace)
    {
        var (isOwn, isOtherOwn) = (IsIn(ownNamespace), other.IsIn(ownNamespace));
        return IsHidden != other.IsHidden ? other.IsHidden
            : isOwn != isOtherOwn ? isOwn
            : IsEntry != other.IsEntry ? other.IsEntry
            : ResourceMetadata.CompareAge(Metadata, other.Metadata) < 0;
    }

    private bool IsIn(string @namespace) => string.Equals(Namespace, @namespace, StringComparison.OrdinalIgnoreCase);
}
