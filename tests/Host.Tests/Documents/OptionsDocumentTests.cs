using DynamosStream.Host.Tests.Deploying;

namespace DynamosStream.Host.Tests.Documents;

/// <summary>
/// docs/options.md is what the program's own definitions say. After a change of an option run
/// <c>UPDATE_OPTIONS=1 dotnet test tests/Host.Tests -c Release --filter OptionsDocumentTests</c> and review the difference.
/// </summary>
public sealed class OptionsDocumentTests
{
    [Fact]
    public void Document_IsTheOneOnFile()
    {
        var path = Path.Combine(RepositoryFiles.Root, "docs", "options.md");
        var actual = OptionsDocument.Text();
        if (Environment.GetEnvironmentVariable("UPDATE_OPTIONS") == "1")
            File.WriteAllText(path, actual);

        var (expected, found) = (File.ReadAllText(path).Split('\n'), actual.Split('\n'));
        var differences = expected.Except(found).Select(line => "- " + line).Concat(found.Except(expected).Select(line => "+ " + line));
        Assert.Equal("", string.Join('\n', differences));
        Assert.Equal(expected, found);
    }
}
