namespace Mesh.Client.LoadBalancing;

/// <summary>How high the error rate of an endpoint is for certain, from few calls as from many.</summary>
internal static class WilsonBound
{
    /// <summary>The normal quantile of one-sided 95 %: one time in twenty the true rate is below the bound.</summary>
    private const double Z = 1.645;

    private const double ZSquared = Z * Z;

    /// <summary>The lower end of Wilson's score interval (1927) for <paramref name="failures"/> of <paramref name="calls"/>, which need not be
    /// whole numbers. 0 without failures, below 1 always.</summary>
    public static double Lower(double failures, double calls)
    {
        if (failures <= 0)
        {
            return 0;
        }

        var rate = failures / calls;
        var middle = rate + (ZSquared / (2 * calls));
        var half = Z * Math.Sqrt(((rate * (1 - rate)) + (ZSquared / (4 * calls))) / calls);
        return Math.Max(0, (middle - half) / (1 + (ZSquared / calls)));
    }
}
