namespace DynamosStream.Streams.Tests;

public class MnistFolderTests
{
    private static readonly string Absolute = Path.GetFullPath("/somewhere/cache");

    [Fact]
    public void Resolve_ArgumentGiven_WinsOverEnvironment() =>
        Assert.Equal("mine", MnistFolder.Resolve("mine", _ => Absolute));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Resolve_VariableSet_WinsOverCache(string? argument) =>
        Assert.Equal("data", MnistFolder.Resolve(argument, name => name == "DYNAMOS_DATA" ? "data" : Absolute));

    [Fact]
    public void Resolve_NothingSet_IsUnderTheUsersCacheFolder()
    {
        var folder = MnistFolder.Resolve(null, _ => null);
        Assert.True(Path.IsPathRooted(folder));
        Assert.EndsWith(Path.Combine("dynamos", "mnist"), folder);
    }

    [Fact]
    public void Resolve_CacheVariableSet_IsUsedWhereAbsolute()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no XDG_CACHE_HOME.");
        string Resolve(string cache) => MnistFolder.Resolve(null, name => name == "XDG_CACHE_HOME" ? cache : null);
        Assert.Equal(Path.Combine(Absolute, "dynamos", "mnist"), Resolve(Absolute));
        Assert.Equal(MnistFolder.Resolve(null, _ => null), Resolve("relative"));
    }
}
