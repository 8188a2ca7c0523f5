namespace Bookinfo.ProductPage;

/// <summary>Signing in and out. Both lead back to the page they were asked from.</summary>
internal static class SignInEndpoints
{
    public static void Map(WebApplication app)
    {
        app.MapPost("/login", async (HttpContext context, SessionCookie session, CancellationToken aborted) =>
        {
            if (!context.Request.HasFormContentType)
            {
                return Results.BadRequest();
            }

            var form = await context.Request.ReadFormAsync(aborted);
            session.Write(context.Response, form["username"].ToString());
            return Results.Redirect(ReturnPath.Of(context.Request));
        });
        app.MapGet("/logout", (HttpContext context) =>
        {
            SessionCookie.Delete(context.Response);
            return Results.Redirect(ReturnPath.Of(context.Request));
        });
    }
}
