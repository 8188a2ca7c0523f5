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

    [Fact]
    public void Detector_agrees_with_the_model_after_any_history()
    {
        var policy = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[1, 3], Gen.Int[1, 7], Gen.Int[0, 100], Gen.Int[0, 60]).Select(
            (server, gateway, interval, baseTime, maximum, floor) => new OutlierDetectionConfiguration
            {
                Consecutive5xxErrors = server,
                ConsecutiveGatewayErrors = gateway,
                Interval = TimeSpan.FromSeconds(interval * 10),
                BaseEjectionTime = TimeSpan.FromSeconds(baseTime * 20),
                MaxEjectionPercent = maximum,
                MinHealthPercent = floor,
            });

        // Host, outcome (errors more often than not), and seconds that pass afterwards.
        var history = Gen.Select(Gen.Int[0, Hosts - 1], Gen.Int[0, 9].Select(draw => (CallOutcome)Math.Min(draw, 6)), Gen.Int[-3, 15]).Array[0, 300];
        Gen.Select(policy, history).Sample((with, steps) =>
        {
            var time = new TestClock();
            var detector = new OutlierDetector(time);
            var cluster = MakeCluster(with);
            var model = new Reference(with);
            foreach (var (host, outcome, seconds) in steps)
            {
                detector.Report(cluster, cluster.Endpoints.All[host], outcome);
                model.Report(host, outcome);
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

        public int Available => _hosts.Count(host => !host.IsEjected) is var left && 100 * left < policy.MinHealthPercent * Hosts ? Hosts : left;

        public bool HasWork => _sweepAt is not null;

        public void Report(int index, CallOutcome outcome)
        {
            var host = _hosts[index];
            switch (outcome)
            {
                case CallOutcome.Success:
                    host.Server = 0;
                    host.Gateway = 0;
                    break;
                case CallOutcome.ServerError:
                    host.Gateway = 0;
                    CountServer(host);
                    break;
                case CallOutcome.CallerCancelled or CallOutcome.ClientFault:
                    break;
                default:
                    host.Gateway++;
                    if (policy.ConsecutiveGatewayErrors > 0 && host.Gateway == policy.ConsecutiveGatewayErrors)
                    {
                        host.Gateway = 0;
                        Eject(host);
                    }

                    CountServer(host);
                    break;
            }
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
                    host.Server = 0;
                    host.Gateway = 0;
                }
            }

            _sweepAt = _hosts.Any(host => host.IsEjected || host.Multiplier > 0) ? _now + (int)policy.Interval.TotalSeconds : null;
        }

        private void CountServer(Host host)
        {
            host.Server++;
            if (policy.Consecutive5xxErrors > 0 && host.Server == policy.Consecutive5xxErrors)
            {
                host.Server = 0;
                Eject(host);
            }
        }

        private void Eject(Host host)
        {
            var ejected = _hosts.Count(other => other.IsEjected);
            if (host.IsEjected || 100.0 * (ejected + 1) / Hosts > policy.MaxEjectionPercent)
            {
                return;
            }

            var baseSeconds = (int)policy.BaseEjectionTime.TotalSeconds;
            var maximum = Math.Max(300, baseSeconds);
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
            public int Server { get; set; }

            public int Gateway { get; set; }

            public int Multiplier { get; set; }

            public int Until { get; set; }

            public bool IsEjected { get; set; }
        }
    }
}
