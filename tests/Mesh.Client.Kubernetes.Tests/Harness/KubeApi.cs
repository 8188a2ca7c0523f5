using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>Writes objects to an API server as JSON, by paths of its API. None of the code under test is in it.</summary>
internal sealed class KubeApi : IDisposable
{
    private readonly HttpClient _client;

    public KubeApi(Uri address, string authorityFile, string token)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(authorityFile);
        _client = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } }) { BaseAddress = address };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <param name="path">Of the collection, such as <c>/api/v1/namespaces/demo/pods</c>.</param>
    /// <param name="json">The object.</param>
    /// <returns>The object as the server keeps it.</returns>
    public Task<string> CreateAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json, "application/json");

    /// <param name="path">Of the object; add <c>/status</c> for its status.</param>
    /// <param name="json">What is to change (JSON merge patch).</param>
    public Task<string> PatchAsync(string path, string json) => SendAsync(HttpMethod.Patch, path, json, "application/merge-patch+json");

    public Task<string> ReplaceAsync(string path, string json) => SendAsync(HttpMethod.Put, path, json, "application/json");

    /// <summary>At once, without a time of grace.</summary>
    public Task<string> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path + "?gracePeriodSeconds=0", null, "application/json");

    public Task<string> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null, "application/json");

    public async Task<bool> IsServedAsync(string path)
    {
        using var response = await _client.GetAsync(path);
        return response.StatusCode == HttpStatusCode.OK;
    }

    public void Dispose() => _client.Dispose();

    private async Task<string> SendAsync(HttpMethod method, string path, string? json, string mediaType)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, mediaType);
        using var response = await _client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? body : throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {body}");
    }
}
