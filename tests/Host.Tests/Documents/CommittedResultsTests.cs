using System.Text.Json;
using DynamosStream.Host.Tests.Deploying;

namespace DynamosStream.Host.Tests.Documents;

/// <summary>The results that the documents link to are of no machine: folders in them stand as in the documents' commands.</summary>
public sealed class CommittedResultsTests
{
    [Fact]
    public void Summaries_NameTheFoldersOfTheDocuments()
    {
        var files = Directory.GetFiles(Path.Combine(RepositoryFiles.Root, "bench", "results"), "summary.json", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            using var summary = JsonDocument.Parse(File.ReadAllBytes(file));
            var options = summary.RootElement.GetProperty("options");
            var cell = "OUT/cells/" + summary.RootElement.GetProperty("runId").GetString();
            Assert.Equal(("DIR", cell, cell + "/state"), (Folder("dataDir"), Folder("out"), Folder("state")));

            string? Folder(string name) => options.GetProperty(name).GetString();
        });
    }
}
