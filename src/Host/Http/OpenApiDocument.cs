using Microsoft.AspNetCore.Http;

namespace DynamosStream.Host.Http;

/// <summary><c>GET /openapi.json</c>: what can be asked, for programs to read.</summary>
internal static class OpenApiDocument
{
    private const string Resource = "openapi.json", Version = "0.0.0";

    private static readonly string Text = Read();

    public static Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(Text);
    }

    private static string Read()
    {
        using var reader = new StreamReader(typeof(OpenApiDocument).Assembly.GetManifestResourceStream(Resource)!);
        return reader.ReadToEnd().Replace(Version, ProductVersion.Text, StringComparison.Ordinal);
    }
}
