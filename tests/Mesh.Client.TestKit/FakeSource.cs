using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.TestKit;

/// <summary>A source of rules moved by hand: documents, errors and silence, with tokens that fire when the test says so.</summary>
internal sealed class FakeSource(string name = "fake") : IMeshConfigurationSource
{
    private readonly Lock _gate = new();
    private IReadOnlyList<MeshDocument> _documents = [];
    private Exception? _error;
    private ConfigurationReloadToken _change = new();
    private int _loads;
    private int _tokens;

    public string Name { get; } = name;

    /// <summary>How often <see cref="Load"/> was called.</summary>
    public int Loads => Volatile.Read(ref _loads);

    /// <summary>How often a change token was taken.</summary>
    public int Tokens => Volatile.Read(ref _tokens);

    /// <summary>Runs inside each <see cref="Load"/> before it answers: the place for a <see cref="SyncPoint"/> or for a change meanwhile.</summary>
    public Action? Loading { get; set; }

    /// <summary>New documents, announced.</summary>
    public void Push(params MeshDocument[] documents)
    {
        Set(documents);
        Fire();
    }

    /// <summary>One new document with the contents of a <c>Mesh</c> section, announced.</summary>
    public void PushJson(string json) => Push(MeshDocument.FromMeshJson($"{Name}.json", json));

    /// <summary>New documents that nobody is told of.</summary>
    public void Set(params MeshDocument[] documents)
    {
        lock (_gate)
        {
            _documents = documents;
            _error = null;
        }
    }

    /// <summary>From now on loading throws; announced.</summary>
    public void Fail(Exception error)
    {
        lock (_gate)
        {
            _error = error;
        }

        Fire();
    }

    /// <summary>Fires the current token, whether or not anything changed.</summary>
    public void Fire()
    {
        ConfigurationReloadToken fired;
        lock (_gate)
        {
            fired = _change;
            _change = new ConfigurationReloadToken();
        }

        fired.OnReload();
    }

    public IChangeToken GetChangeToken()
    {
        Interlocked.Increment(ref _tokens);
        lock (_gate)
        {
            return _change;
        }
    }

    public IReadOnlyList<MeshDocument> Load()
    {
        Interlocked.Increment(ref _loads);
        Loading?.Invoke();
        lock (_gate)
        {
            return _error is null ? _documents : throw _error;
        }
    }
}
