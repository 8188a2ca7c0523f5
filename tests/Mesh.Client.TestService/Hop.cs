namespace Mesh.Client.TestService;

/// <summary>One service of a chain: it calls the next one and answers as that one does. The last one answers with the status it was told.</summary>
internal sealed class Hop(IHttpClientFactory clients, string? next)
{
    public const string Client = "next";

    private volatile int _status = StatusCodes.Status200OK;

    public int Status
    {
        get => _status;
        set => _status = value;
    }

    public async Task AnswerAsync(HttpContext context)
    {
        if (next is null)
        {
            context.Response.StatusCode = Status;
            return;
        }

        using var client = clients.CreateClient(Client);
        using var response = await client.GetAsync(new Uri(next), context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
    }
}
