using Mesh.Client.Routing;

namespace Mesh.Client.Pipeline;

/// <summary>What a rule changed on the request of a call. The message is the caller's: at the end of the call it is as it was.</summary>
internal sealed class RequestEdits
{
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly HttpRequestMessage _request;
    private readonly List<SavedHeader> _saved = [];
    private Uri? _rewritten;

    public RequestEdits(HttpRequestMessage request) => (_request, Uri) = (request, request.RequestUri!);

    /// <summary>What the caller wrote.</summary>
    public Uri Uri { get; }

    public void TakeBack()
    {
        // A header that was changed twice was first as it was before the first change.
        for (var i = _saved.Count - 1; i >= 0; i--)
        {
            _saved[i].Restore();
        }

        _saved.Clear();
        if (_rewritten is not null && ReferenceEquals(_request.RequestUri, _rewritten))
        {
            CallerMessage.RestoreUri(_request, Uri);
        }
    }

    public void Apply(MeshCall call)
    {
        var edits = call.Edits!;
        var view = new RequestView(_request, call.Host.Port);
        var authority = view.Authority(stackalloc char[RequestView.AuthorityLength]).ToString();
        HeaderEditor.Apply(edits.Request, _request, response: null, _saved);
        if (call.RewrittenPath is { } path)
        {
            Write("x-envoy-original-path", view.PathAndQuery);
            _rewritten = new Uri(string.Concat(Uri.Scheme, "://", Uri.Authority, path), AsItIs);
            _request.RequestUri = _rewritten;
        }

        if (edits.Authority is { } other)
        {
            Write("x-envoy-original-host", authority);
            Write("Host", other);
        }
    }

    private void Write(string name, string value)
    {
        _saved.Add(SavedHeader.Of(_request.Headers, name));
        _request.Headers.Remove(name);
        _request.Headers.TryAddWithoutValidation(name, value);
    }
}
