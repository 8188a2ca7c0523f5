namespace Bookinfo.Launching;

/// <summary>Asks a service whether it is healthy until it says so.</summary>
internal static class HealthProbe
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>False where the service is no longer worth waiting for.</summary>
    public static async Task<bool> WaitAsync(Uri address, Func<bool> isAlive, CancellationToken cancellationToken)
    {
        while (isAlive())
        {
            if (await IsHealthyAsync(address, cancellationToken))
            {
                return true;
            }

            await Task.Delay(Pause, cancellationToken);
        }

        return false;
    }

    private static async Task<bool> IsHealthyAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Client.GetAsync(new Uri(address, "/health"), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
