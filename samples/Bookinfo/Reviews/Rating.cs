namespace Bookinfo.Reviews;

internal sealed record Rating(int? Stars, string? Color, string? Error)
{
    public static Rating Unavailable { get; } = new(null, null, "Ratings service is currently unavailable");
}
