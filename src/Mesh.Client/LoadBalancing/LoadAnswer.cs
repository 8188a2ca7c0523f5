namespace Mesh.Client.LoadBalancing;

/// <summary>What an answer said of its server's load.</summary>
/// <param name="State">Only <see cref="LoadReportState.Usable"/> comes with a report.</param>
/// <param name="Report">The report.</param>
/// <param name="Text">The header as it came; null where there was none.</param>
internal readonly record struct LoadAnswer(LoadReportState State, LoadReport Report, string? Text)
{
    /// <summary>Allocates nothing, unless the header stands there several times.</summary>
    public static LoadAnswer Of(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues(LoadReport.HeaderName, out var values))
        {
            return default;
        }

        var text = values.ToString();
        return values.Count == 1
            ? new(LoadReport.Parse(text, out var report), report, text)
            : new(LoadReportState.Repeated, default, text);
    }
}
