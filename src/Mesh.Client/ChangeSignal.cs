using Microsoft.Extensions.Primitives;

namespace Mesh.Client;

/// <summary>Change tokens of something that changes again and again. Costs nothing as long as nobody asks for one.</summary>
internal sealed class ChangeSignal
{
    private CancellationTokenSource? _source;

    /// <summary>Fires with the next change. Taken before what it is about is read, none is lost.</summary>
    public IChangeToken Token
    {
        get
        {
            var source = Volatile.Read(ref _source);
            if (source is null)
            {
                var made = new CancellationTokenSource();
                source = Interlocked.CompareExchange(ref _source, made, null) ?? made;
            }

            return new CancellationChangeToken(source.Token);
        }
    }

    // What others have hung on the token runs here and may fail.
    public void Fire()
    {
        if (Volatile.Read(ref _source) is not null && Interlocked.Exchange(ref _source, null) is { } source)
        {
            Background.Run(source, static source => source.Cancel(), "A listener to a change of the mesh", logger: null);
        }
    }
}
