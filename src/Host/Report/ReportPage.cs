using System.Reflection;
using System.Text.Json;
using DynamosStream.Host.Results;

namespace DynamosStream.Host.Report;

/// <summary>The page: one HTML file with its data, style and script in it, nothing fetched.</summary>
internal static class ReportPage
{
    private const string Placeholder = "{{data}}";

    /// <summary>Writes the page; a half-written one never has the final name.</summary>
    public static void Write(ReportModel model, string path)
    {
        using var template = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("report.html")!);
        var page = template.ReadToEnd().Replace(Placeholder, JsonSerializer.Serialize(model, ResultJson.Default.ReportModel), StringComparison.Ordinal);
        var partial = path + ".part";
        File.WriteAllText(partial, page);
        File.Move(partial, path, overwrite: true);
    }
}
