using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Bookinfo.ProductPage;

/// <summary>Counts what the back ends answered, in Prometheus' text format.</summary>
internal sealed class RequestResults
{
    public const string ContentType = "text/plain; version=0.0.4";

    private readonly ConcurrentDictionary<(string Service, int Status), long> _counts = new();

    public void Count(string service, int status) => _counts.AddOrUpdate((service, status), 1, static (_, count) => count + 1);

    public string ToPrometheusText()
    {
        var text = new StringBuilder()
            .Append("# HELP request_result_total Answers of the services behind the product page.\n")
            .Append("# TYPE request_result_total counter\n");
        foreach (var ((service, status), count) in _counts.OrderBy(entry => entry.Key))
        {
            text.Append(CultureInfo.InvariantCulture, $"request_result_total{{destination_app=\"{service}\",response_code=\"{status}\"}} {count}\n");
        }

        return text.ToString();
    }
}
