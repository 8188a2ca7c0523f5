using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Tests.Configuration.Sources;

/// <summary>A source whose documents, failures and signals a test sets by hand.</summary>
internal sealed class ScriptedSource(string name = "scripted") : IMeshConfigurationSource
{
    private readonly SortedDictionary<string, string> _documents = new(StringComparer.Ordinal);
    private ConfigurationReloadToken _signal = new();

    public string Name => name;

    public int Loads { get; private set; }

    public Exception? Failure { get; set; }

    public Exception? TokenFailure { get; set; }

    /// <summary>Runs inside <see cref="Load"/>, after the documents were looked at.</summary>
    public Action? DuringLoad { get; set; }

    /// <summary>Runs inside <see cref="GetChangeToken"/>, after the token was made.</summary>
    public Action? AfterToken { get; set; }

    /// <summary>Null for a token that calls back.</summary>
    public PassiveToken? Passive { get; set; }

    public IReadOnlyList<MeshDocument>? Override { get; set; }

    public ScriptedSource Set(string document, string text)
    {
        _documents[document] = text;
        return this;
    }

    public void Remove(string document) => _documents.Remove(document);

    public void Signal()
    {
        var fired = _signal;
        _signal = new ConfigurationReloadToken();
        fired.OnReload();
    }

    public IChangeToken GetChangeToken()
    {
        if (TokenFailure is not null)
        {
            throw TokenFailure;
        }

        IChangeToken token = Passive ?? (IChangeToken)_signal;
        AfterToken?.Invoke();
        return token;
    }

    public IReadOnlyList<MeshDocument> Load()
    {
        Loads++;
        var documents = _documents.Select(pair => MeshDocument.FromMeshJson(pair.Key, pair.Value)).ToList();
        DuringLoad?.Invoke();
        return Failure is null ? Override ?? documents : throw Failure;
    }

    public sealed class PassiveToken : IChangeToken
    {
        public bool HasChanged { get; set; }

        public bool ActiveChangeCallbacks => false;

        public IDisposable RegisterChangeCallback(Action<object?> callback, object? state) => throw new NotSupportedException();
    }
}
