using Bookinfo.Hosting;

namespace Bookinfo.Reviews;

/// <summary>What makes a version of reviews: whether it shows stars, and in which colour.</summary>
internal sealed record ReviewsSettings(bool EnableRatings, string StarColor, string PodName, string ClusterName)
{
    /// <summary>The black version waits patiently, the others do not: the bug that a delay of 7 s brings to light.</summary>
    public TimeSpan RatingsTimeout => TimeSpan.FromSeconds(StarColor == "black" ? 10 : 2.5);

    /// <summary><c>ENABLE_RATINGS</c>, <c>STAR_COLOR</c> and <c>CLUSTER_NAME</c> win over what the version stands for.</summary>
    public static ReviewsSettings Of(ServiceOptions options, IConfiguration configuration)
    {
        var version = options.Instance.Version;
        return new ReviewsSettings(
            bool.TryParse(configuration["ENABLE_RATINGS"], out var enabled) ? enabled : version is "v2" or "v3",
            configuration["STAR_COLOR"] ?? (version == "v3" ? "red" : "black"),
            options.PodName,
            configuration["CLUSTER_NAME"] ?? "null");
    }
}
