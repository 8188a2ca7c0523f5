using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Bookinfo.ProductPage;

/// <summary>Who is signed in, kept in a signed cookie: <c>base64url(user).base64url(HMAC-SHA256)</c>.</summary>
/// <remarks>The key is new at each launch, so sessions end with it. Anybody may sign in as anybody: there is nothing here worth a password.</remarks>
internal sealed class SessionCookie(string? base64Key)
{
    public const string KeySetting = "Bookinfo:SessionKey";

    private const string CookieName = "session";
    private const int LongestName = 64;

    private readonly byte[] _key = base64Key is null ? RandomNumberGenerator.GetBytes(32) : Convert.FromBase64String(base64Key);

    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public string? Read(HttpRequest request)
    {
        if (request.Cookies[CookieName]?.Split('.') is not [var user, var signature] || !Base64Url.IsValid(user) || !Base64Url.IsValid(signature))
        {
            return null;
        }

        var name = Base64Url.DecodeFromChars(user);
        return CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_key, name), Base64Url.DecodeFromChars(signature))
            ? Encoding.UTF8.GetString(name)
            : null;
    }

    public void Write(HttpResponse response, string user)
    {
        var trimmed = user.Trim();
        var name = Encoding.UTF8.GetBytes(trimmed.Length > LongestName ? trimmed[..LongestName] : trimmed);
        if (name.Length == 0)
        {
            Delete(response);
            return;
        }

        response.Cookies.Append(
            CookieName, $"{Base64Url.EncodeToString(name)}.{Base64Url.EncodeToString(HMACSHA256.HashData(_key, name))}", Options);
    }

    public static void Delete(HttpResponse response) => response.Cookies.Delete(CookieName, Options);

    private static CookieOptions Options => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true };
}
