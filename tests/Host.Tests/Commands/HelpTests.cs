namespace DynamosStream.Host.Tests.Commands;

public sealed class HelpTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("run --help")]
    public async Task Help_Run_NamesEveryOptionAndItsDefault(string arguments)
    {
        var outcome = await Dynamos.RunAsync(arguments.Split(' '));
        outcome.AssertSucceeded();
        string[] options =
        [
            "--stream", "--learner", "--buffer", "--seed", "--limit", "--data-dir", "--out", "--quiet", "--threads", "[default: 500]",
            "--state", "--checkpoint-every", "--checkpoint-seconds", "--keep", "--init",
        ];
        Assert.All(options, option => Assert.Contains(option, outcome.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_Serve_NamesEveryOption()
    {
        var outcome = await Dynamos.RunAsync("serve", "--help");
        outcome.AssertSucceeded();
        Assert.All(DynamosStream.Host.Commands.ServeArguments.All, option => Assert.Contains($"{option.Name} ", outcome.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_DataFetchMnist_NamesItsOptions()
    {
        var outcome = await Dynamos.RunAsync("data", "fetch", "mnist", "--help");
        outcome.AssertSucceeded();
        Assert.Contains("--data-dir", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("--url", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_Always_NamesEveryStream()
    {
        var outcome = await Dynamos.RunAsync("streams");
        outcome.AssertSucceeded();
        Assert.All(DynamosStream.Streams.SampleStreams.Names, name => Assert.Contains($"{name} ", outcome.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_Checkpoint_NamesItsCommands()
    {
        var outcome = await Dynamos.RunAsync("checkpoint", "--help");
        outcome.AssertSucceeded();
        Assert.All(["list", "inspect", "verify", "export"], name => Assert.Contains(name, outcome.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Version_Always_IsOneLine()
    {
        var outcome = await Dynamos.RunAsync("--version");
        outcome.AssertSucceeded();
        Assert.Matches(@"^\d+\.\d+\.\d+\S*\s*$", outcome.Output);
    }
}
