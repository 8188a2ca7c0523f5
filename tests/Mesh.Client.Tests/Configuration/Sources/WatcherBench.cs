using Mesh.Client.Configuration;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests.Configuration.Sources;

/// <summary>
/// A watcher whose documents are understood simply: the text of a document is a namespace, <c>bad</c> is refused, <c>warn ...</c> has a warning,
/// <c>throw</c> breaks the reader. The merged configuration names every live document with its text in <see cref="MeshConfiguration.Namespace"/>.
/// </summary>
internal sealed class WatcherBench : ILogger, IDisposable
{
    private readonly List<MeshConfigurationUpdate> _updates = [];
    private readonly List<(LogLevel Level, int Event, string Text)> _logs = [];

    public WatcherBench(params IMeshConfigurationSource[] sources)
        : this(null, sources)
    {
    }

    public WatcherBench(ConfigurationSectionReader? section, params IMeshConfigurationSource[] sources)
        : this(section, new TestClock(), sources)
    {
    }

    public WatcherBench(ConfigurationSectionReader? section, TimeProvider time, params IMeshConfigurationSource[] sources)
    {
        Clock = time;
        Watcher = new MeshConfigurationWatcher(section, sources, OnPublish, time, this, new WatcherDelegates
        {
            Load = document => Load(document.Name, document.Text),
            LoadSection = (name, node) => Load(name, NodeText.Of(node)),
            Merge = Merge,
        });
    }

    public TimeProvider Clock { get; }

    public TestClock Time => (TestClock)Clock;

    public MeshConfigurationWatcher Watcher { get; }

    public Action? DuringPublish { get; set; }

    public int Merges { get; private set; }

    public IReadOnlyList<MeshConfigurationUpdate> Updates
    {
        get
        {
            lock (_updates)
            {
                return [.. _updates];
            }
        }
    }

    public IReadOnlyList<(LogLevel Level, int Event, string Text)> Logs
    {
        get
        {
            lock (_logs)
            {
                return [.. _logs];
            }
        }
    }

    /// <summary>What is live: <c>name=text</c> of every document, in order.</summary>
    public string Live => Updates.Count == 0 ? "nothing" : Updates[^1].Configuration.Namespace;

    /// <summary>Lets a signal take effect.</summary>
    public void Settle() => Time.Advance(MeshConfigurationWatcher.Debounce);

    public void Dispose() => Watcher.Dispose();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_logs)
        {
            _logs.Add((logLevel, eventId.Id, formatter(state, exception)));
        }
    }

    private static LoadedDocument Load(string name, string text)
    {
        if (text == "throw")
        {
            throw new InvalidOperationException("the reader broke");
        }

        var findings = new List<MeshFinding>();
        if (text.StartsWith("bad", StringComparison.Ordinal))
        {
            findings.Add(Finding("MESH0001", MeshFindingSeverity.Error, name, text));
            findings.Add(Finding("MESH0002", MeshFindingSeverity.Warning, name, text));
        }
        else if (text.StartsWith("warn", StringComparison.Ordinal))
        {
            findings.Add(Finding("MESH0002", MeshFindingSeverity.Warning, name, text));
        }

        return new LoadedDocument { Name = name, Configuration = new MeshConfiguration { Namespace = text }, Findings = findings };
    }

    private static MeshFinding Finding(string code, MeshFindingSeverity severity, string name, string text) => new()
    {
        Code = code,
        Severity = severity,
        Resource = "",
        Path = "path",
        Message = $"This says '{text}'.",
        Source = name,
        RefusesDocument = severity == MeshFindingSeverity.Error,
    };

    private (MeshConfiguration Configuration, IReadOnlyList<MeshFinding> Findings) Merge(IReadOnlyList<LoadedDocument> documents)
    {
        Merges++;
        var text = string.Join(" ", documents.Select(document => $"{document.Name}={document.Configuration.Namespace}"));
        return (new MeshConfiguration { Namespace = text }, []);
    }

    private void OnPublish(MeshConfigurationUpdate update)
    {
        DuringPublish?.Invoke();
        lock (_updates)
        {
            _updates.Add(update);
        }
    }
}
