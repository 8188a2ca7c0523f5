using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;

namespace Mesh.Client.Tests.Health;

/// <summary>The detector against a model of Envoy's rules that knows neither threads nor sets: one list of hosts, one loop for the sweep.</summary>
public sealed class OutlierDetectorModelTests
{
    private const int Hosts = 7;

    /// <summary>Attempts as calls report them: what came of it, and the status of the answer, 0 for none.</summary>
    private static readonly (CallOutcome Outcome, int Status)[] Attempts =
    [
        (CallOutcome.Success, 200), (CallOutcome.ServerError, 500), (CallOutcome.GatewayError, 503), (CallOutcome.ConnectFailure, 0),
        (CallOutcome.Reset, 0), (CallOutcome.Timeout, 0), (CallOutcome.CallerCancelled, 0), (CallOutcome.Success, 429), (CallOutcome.GatewayError, 200),
        (CallOutcome.ServerError, 501), (CallOutcome.ClientFault, 0),
    ];

    [Fact]
    public void Detector_agrees_with_the_model_after_any_history()
    {
        var counts = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Bool, Gen.Bool).Select(
            (server, gateway, local, isSplit, hasCodes) => new OutlierDetectionConfiguration
            {
                Consecutive5xxErrors = server,
                ConsecutiveGatewayErrors = gateway,
                ConsecutiveLocalOriginFailures = local,
                SplitsLocalOriginErrors = isSplit,
                HttpErrorCodes = hasCodes ? StatusSet.Of((429, 429), (500, 500), (503, 503)) : null,
            });
        var rates = Gen.Select(Gen.Int[0, 3], Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[0, 2000], Gen.Int[0, 100], Gen.Bool).Select(
            (which, hosts, volume, factor, threshold, always) => new OutlierDetectionExtension
            {
                SuccessRate = (which & 1) == 0 ? null : new() { MinimumHosts = hosts, RequestVolume = volume, StdevFactor = factor },
                FailurePercentage = (which & 2) == 0 ? null : new() { MinimumHosts = hosts, RequestVolume = volume, Threshold = threshold },
                MaxEjectionTime = TimeSpan.FromSeconds(90),
                AlwaysEjectOneHost = always,
            });
        var policy = Gen.Select(counts, rates, Gen.Int[1, 3], Gen.Int[1, 7], Gen.Int[0, 100], Gen.Int[0, 100]).Select(
            (counted, extension, interval, baseTime, maximum, floor) => counted with
            {
                Interval = TimeSpan.FromSeconds(interval * 10),
                BaseEjectionTime = TimeSpan.FromSeconds(baseTime * 20),
                MaxEjectionPercent = maximum,
                MinHealthPercent = floor,
                Extension = extension,
            });

        // Host, attempt, and seconds that pass afterwards.
        var history = Gen.Select(Gen.Int[0, Hosts - 1], Gen.Int[0, Attempts.Length - 1], Gen.Int[-3, 15]).Array[0, 300];
        Gen.Select(policy, history).Sample((with, steps) =>
        {
            var time = new TestClock();
            var detector = new OutlierDetector(time);
            var cluster = MakeCluster(with);
            var model = new Reference(with);
            foreach (var (host, attempt, seconds) in steps)
            {
                var (outcome, status) = Attempts[attempt];
                detector.Report(cluster, cluster.Endpoints.All[host], outcome, status);
                model.Report(host, outcome, status);
                for (var second = 0; second < seconds; second++)
                {
                    time.Advance(TimeSpan.FromSeconds(1));
                    model.PassSecond();
                }

                Assert.Equal(model.Ejected, cluster.Endpoints.All.Select(endpoint => endpoint.IsEjected));
                Assert.Equal(model.Available, cluster.Endpoints.Available.Length);
                Assert.Equal(model.HasWork ? 1 : 0, time.LiveTimers);
            }
        });
    }

    private static ClusterState MakeCluster(OutlierDetectionConfiguration policy)
    {
        var model = Services.Cluster(Services.Named("reviews"), policy: new ClusterPolicy { OutlierDetection = policy });
        var cluster = new ClusterState(model.Key, model);
        EndpointState[] all = [.. Enumerable.Range(1, Hosts).Select(index => new EndpointState(Services.Endpoints($"10.0.0.{index}")[0]))];
        cluster.TryPublish(cluster.Endpoints, new EndpointSet(all, all));
        return cluster;
    }

    private sealed class Reference(OutlierDetectionConfiguration policy)
    {
        private readonly Host[] _hosts = [.. Enumerable.Range(0, Hosts).Select(_ => new Host())];
        private int _now;
        private int? _sweepAt;

        public IEnumerable<bool> Ejected => _hosts.Select(host => host.IsEjected);

        /// <summary>No panic while what is left, times 1.4, is enough for all calls.</summary>
        public int Available => _hosts.Count(host => !host.IsEjected) is var left && 140 * left < 100 * Hosts && 100 * left < policy.MinHealthPercent * Hosts ? Hosts : left;

        public bool HasWork => _sweepAt is not null;

        public void Report(int index, CallOutcome outcome, int status)
        {
            var host = _hosts[index];
            if (outcome is CallOutcome.CallerCancelled or CallOutcome.ClientFault)
            {
                return;
            }

            if (policy.SplitsLocalOriginErrors && status == 0)
            {
                CountTo(host, ref host.Local, policy.ConsecutiveLocalOriginFailures);
                return;
            }

            host.Local = 0;

            // What Envoy's counters see: the status, or the one that stands for the outcome.
            var seen = status is 0 or 200 ? outcome switch { CallOutcome.Success => 200, CallOutcome.ServerError => 500, CallOutcome.Timeout => 504, _ => 503 } : status;
            if (policy.HttpErrorCodes is { } codes && status != 0)
            {
                seen = !codes.Contains(seen) ? 200 : seen < 500 ? 500 : seen;
            }

            if (policy.Extension.CountsCalls)
            {
                host.Calls++;
                host.Failures += seen >= 500 ? 1 : 0;
                _sweepAt ??= _now + (int)policy.Interval.TotalSeconds;
            }

            if (seen < 500)
            {
                host.Server = 0;
                host.Gateway = 0;
                return;
            }

            if (seen is 502 or 503 or 504)
            {
                CountTo(host, ref host.Gateway, policy.ConsecutiveGatewayErrors);
            }
            else
            {
                host.Gateway = 0;
            }

            CountTo(host, ref host.Server, policy.Consecutive5xxErrors);
        }

        public void PassSecond()
        {
            _now++;
            if (_now != _sweepAt)
            {
                return;
            }

            foreach (var host in _hosts)
            {
                if (!host.IsEjected)
                {
                    host.Multiplier = Math.Max(0, host.Multiplier - 1);
                }
                else if (_now >= host.Until)
                {
                    host.IsEjected = false;
                    (host.Server, host.Gateway, host.Local) = (0, 0, 0);
                }
            }

            var hadCalls = _hosts.Any(host => host.Calls > 0);
            EjectByRates();
            foreach (var host in _hosts)
            {
                (host.Calls, host.Failures) = (0, 0);
            }

            _sweepAt = hadCalls || _hosts.Any(host => host.IsEjected || host.Multiplier > 0) ? _now + (int)policy.Interval.TotalSeconds : null;
        }

        private void EjectByRates()
        {
            var doomed = new List<Host>();
            var inBalance = _hosts.Where(host => !host.IsEjected).ToList();
            if (policy.Extension.SuccessRate is { } success)
            {
                var compared = inBalance.Where(host => host.Calls >= success.RequestVolume).ToList();
                if (compared.Count > 0 && compared.Count >= success.MinimumHosts)
                {
                    var mean = compared.Average(host => host.Rate);
                    var deviation = Math.Sqrt(compared.Average(host => Math.Pow(host.Rate - mean, 2)));
                    doomed.AddRange(compared.Where(host => host.Rate < mean - (deviation * success.StdevFactor / 1000)));
                }
            }

            if (policy.Extension.FailurePercentage is { } failure)
            {
                var compared = inBalance.Where(host => host.Calls >= failure.RequestVolume).ToList();
                if (compared.Count >= failure.MinimumHosts)
                {
                    doomed.AddRange(compared.Where(host => host.Failures * 100 >= failure.Threshold * host.Calls));
                }
            }

            foreach (var host in _hosts.Where(doomed.Contains))
            {
                Eject(host);
            }
        }

        private void CountTo(Host host, ref int counter, int threshold)
        {
            counter++;
            if (threshold > 0 && counter == threshold)
            {
                counter = 0;
                Eject(host);
            }
        }

        private void Eject(Host host)
        {
            var ejected = _hosts.Count(other => other.IsEjected);
            var isFirst = ejected == 0 && policy.Extension.AlwaysEjectOneHost;
            if (host.IsEjected || (100.0 * (ejected + 1) / Hosts > policy.MaxEjectionPercent && !isFirst))
            {
                return;
            }

            var baseSeconds = (int)policy.BaseEjectionTime.TotalSeconds;
            var maximum = Math.Max((int)policy.Extension.MaxEjectionTime.TotalSeconds, baseSeconds);
            if (host.Multiplier * baseSeconds < maximum + baseSeconds)
            {
                host.Multiplier++;
            }

            host.IsEjected = true;
            host.Until = _now + Math.Min(baseSeconds * host.Multiplier, maximum);
            _sweepAt ??= _now + (int)policy.Interval.TotalSeconds;
        }

        private sealed class Host
        {
            public int Server;
            public int Gateway;
            public int Local;

            public int Calls { get; set; }

            public int Failures { get; set; }

            public double Rate => 100.0 * (Calls - Failures) / Calls;

            public int Multiplier { get; set; }

            public int Until { get; set; }

            public bool IsEjected { get; set; }
        }
    }
}
