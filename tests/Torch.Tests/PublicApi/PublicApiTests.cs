using TorchSharp;

namespace DynamosStream.Tests.PublicApi;

/// <summary>
/// The engine's public surface stands in tests/Torch.Tests/PublicApi.txt, so that no change of it goes unseen. After a wanted change run
/// <c>UPDATE_PUBLIC_API=1 dotnet test tests/Torch.Tests -c Release --filter PublicApiTests</c> and review the difference.
/// </summary>
public sealed class PublicApiTests
{
    [Fact]
    public void PublicSurface_IsTheOneOnFile()
    {
        var path = SnapshotPath();
        var actual = PublicSurface.Lines(typeof(torch).Assembly).ToArray();
        if (Environment.GetEnvironmentVariable("UPDATE_PUBLIC_API") == "1")
        {
            File.WriteAllLines(path, actual);
        }

        var expected = File.ReadAllLines(path);
        var differences = expected.Except(actual).Select(line => "- " + line).Concat(actual.Except(expected).Select(line => "+ " + line));
        Assert.Equal("", string.Join('\n', differences));
        Assert.Equal(expected, actual);
    }

    private static string SnapshotPath()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "PublicApi.txt");
            if (File.Exists(path) || File.Exists(Path.Combine(folder.FullName, "DynamosStream.Torch.Tests.csproj")))
            {
                return path;
            }
        }

        throw new FileNotFoundException("PublicApi.txt was not found above " + AppContext.BaseDirectory);
    }
}
