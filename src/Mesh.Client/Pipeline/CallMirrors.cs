using Mesh.Client.Model;

namespace Mesh.Client.Pipeline;

/// <summary>The mirrors that were drawn for one call, and what their copies need of it.</summary>
internal sealed class CallMirrors
{
    private readonly MeshCall _call;
    private readonly List<MirrorModel> _drawn;
    private readonly MirroredContent? _body;

    private CallMirrors(MeshCall call, List<MirrorModel> drawn, MirroredContent? body) => (_call, _drawn, _body) = (call, drawn, body);

    /// <summary>Each mirror is drawn for itself. Null where the call is copied nowhere.</summary>
    public static CallMirrors? Draw(MeshCall call)
    {
        List<MirrorModel>? drawn = null;
        foreach (var mirror in call.Rule?.Mirrors ?? [])
        {
            if (call.Runtime.Random.Next(1_000_000) < mirror.PartsPerMillion)
            {
                (drawn ??= []).Add(mirror);
            }
        }

        if (drawn is null)
        {
            return null;
        }

        var body = call.Request.Content is { } content ? new MirroredContent(content, call.Runtime.Mirrors) : null;
        call.Request.Content = body;
        return new(call, drawn, body);
    }

    /// <summary>At the end of the call, while rule and context still stand on its request: the copies carry both. Never throws, and leaves the
    /// caller's message with its own body.</summary>
    public void End(CallRunner runner)
    {
        Background.Run((Mirrors: this, runner), static ending => ending.Mirrors.Send(ending.runner), "Sending to a mirror", _call.Runtime.BackgroundLogger);
        if (_body is not null)
        {
            CallerMessage.RestoreContent(_call.Request, _body.Inner);
            _body.StopKeeping();
        }
    }

    private void Send(CallRunner runner)
    {
        // A call that was never sent has nothing to copy.
        if (_call.Attempts == 0)
        {
            return;
        }

        var copy = _body?.Copy;
        foreach (var mirror in _drawn)
        {
            if (_body is not null && copy is null)
            {
                _call.Runtime.Mirrors.Count(mirror.Host, "dropped_body");
            }
            else
            {
                _call.Runtime.Mirrors.Send(_call, mirror, copy, runner);
            }
        }
    }
}
