using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace DynamosStream.Host.Http;

/// <summary><c>GET /</c>: the dashboard, one page that asks nobody but this service and runs no script but its own.</summary>
internal static class DashboardPage
{
    private const string Resource = "dashboard.html";

    private static readonly string Text = Read();

    // The page's own style and script are named by their hashes: whatever else got into it would not run.
    private static readonly string Policy = string.Join(
        "; ",
        "default-src 'none'",
        $"style-src '{HashOf("style")}'",
        $"script-src '{HashOf("script")}'",
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'");

    public static Task WriteAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(Text);
    }

    private static string HashOf(string element)
    {
        var (start, end) = ($"<{element}>", $"</{element}>");
        var from = Text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        var content = Text[from..Text.IndexOf(end, from, StringComparison.Ordinal)];
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}";
    }

    // A browser makes each line end one character before it takes the hash.
    private static string Read()
    {
        using var reader = new StreamReader(typeof(DashboardPage).Assembly.GetManifestResourceStream(Resource)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
