using System.Diagnostics.CodeAnalysis;
using Mesh.Client;
using Mesh.Client.Pipeline;

namespace System.Net.Http;

/// <summary>What a caller tells the mesh, and what the mesh tells of a call.</summary>
public static class MeshHttpMessageExtensions
{
    private static readonly HttpRequestOptionsKey<MeshCallOptions> OptionsKey = new("Mesh.Client.CallOptions");

    // What the framework's timers can wait for.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(49);

    // Looking into a request's options makes them, about 100 bytes a call; most applications never ask for anything.
    private static volatile bool _isUsed;

    /// <summary>Asks something of the mesh for this request alone, in place of what was asked before. Requests to hosts that the mesh does
    /// not know ignore it.</summary>
    /// <param name="request">The request, not sent yet.</param>
    /// <param name="options">What is asked.</param>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is zero, negative, or longer than 49 days.</exception>
    public static void SetMesh(this HttpRequestMessage request, MeshCallOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Timeout is { } timeout)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero, nameof(options));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, LongestTimeout, nameof(options));
        }

        _isUsed = true;
        request.Options.Set(OptionsKey, options);
    }

    /// <summary>How the mesh handled the call. The result is that of the moment: time that runs out while the body is read still changes
    /// its flags.</summary>
    /// <param name="response">A response, answered by an endpoint or by the mesh itself.</param>
    /// <param name="result">The result; null where the call did not go through the mesh or a handler above replaced the content.</param>
    /// <returns>Whether there is a result.</returns>
    public static bool TryGetMeshResult(this HttpResponseMessage response, [NotNullWhen(true)] out MeshResult? result)
    {
        ArgumentNullException.ThrowIfNull(response);
        result = (response.Content as IMeshResultCarrier)?.Result;
        return result is not null;
    }

    /// <summary>Null where nothing was asked.</summary>
    internal static MeshCallOptions? GetMesh(this HttpRequestMessage request)
        => _isUsed && request.Options.TryGetValue(OptionsKey, out var options) ? options : null;
}
