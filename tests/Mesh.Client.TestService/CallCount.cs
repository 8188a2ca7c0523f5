namespace Mesh.Client.TestService;

/// <summary>Calls that came, and those of them that are being answered.</summary>
internal sealed class CallCount
{
    private int _all;
    private int _present;

    public RequestDelegate Of(RequestDelegate answer) => async context =>
    {
        Interlocked.Increment(ref _all);
        Interlocked.Increment(ref _present);
        try
        {
            await answer(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away; there is nobody to answer.
        }
        finally
        {
            Interlocked.Decrement(ref _present);
        }
    };

    public override string ToString() => string.Create(null, $"{Volatile.Read(ref _all)} {Volatile.Read(ref _present)}");
}
