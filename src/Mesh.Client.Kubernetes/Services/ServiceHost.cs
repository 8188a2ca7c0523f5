using System.Buffers;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>A host name taken for that of a Service: <c>reviews</c>, <c>reviews.prod</c>, <c>reviews.prod.svc</c> or that with the cluster's domain.</summary>
internal readonly ref struct ServiceHost
{
    private const int LongestLabel = 63;

    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    private ServiceHost(ReadOnlySpan<char> name, ReadOnlySpan<char> @namespace, bool isCertain)
    {
        Name = name;
        Namespace = @namespace;
        IsCertain = isCertain;
    }

    public ReadOnlySpan<char> Name { get; }

    /// <summary>That of the caller where the host names none.</summary>
    public ReadOnlySpan<char> Namespace { get; }

    /// <summary>It can be nothing else: it has <c>svc</c> in it.</summary>
    public bool IsCertain { get; }

    /// <summary>False for what cannot be a Service. No allocation.</summary>
    /// <param name="host">In lower case, without a dot at its end.</param>
    /// <param name="ownNamespace">The namespace of a host without one.</param>
    /// <param name="domain">The cluster's domain.</param>
    /// <param name="found">The service.</param>
    public static bool TryParse(ReadOnlySpan<char> host, ReadOnlySpan<char> ownNamespace, ReadOnlySpan<char> domain, out ServiceHost found)
    {
        found = default;
        var rest = host;
        var isCertain = rest.Length > domain.Length && rest.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
            && rest[..^domain.Length].EndsWith(".svc.", StringComparison.OrdinalIgnoreCase);
        if (isCertain)
        {
            rest = rest[..^(domain.Length + ".svc.".Length)];
        }
        else if (rest.EndsWith(".svc", StringComparison.OrdinalIgnoreCase) && rest[..^".svc".Length].Contains('.'))
        {
            isCertain = true;
            rest = rest[..^".svc".Length];
        }

        var dot = rest.IndexOf('.');
        if (dot < 0 && isCertain)
        {
            return false;
        }

        var name = dot < 0 ? rest : rest[..dot];
        var space = dot < 0 ? ownNamespace : rest[(dot + 1)..];
        if (!IsLabel(name) || !IsLabel(space) || (dot < 0 && name.SequenceEqual("localhost")))
        {
            return false;
        }

        found = new ServiceHost(name, space, isCertain);
        return true;
    }

    private static bool IsLabel(ReadOnlySpan<char> text)
        => text.Length is > 0 and <= LongestLabel && text[0] != '-' && text[^1] != '-' && !text.ContainsAnyExcept(LabelCharacters);
}
