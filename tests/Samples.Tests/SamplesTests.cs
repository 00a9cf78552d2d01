using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DynamosStream.Samples.Tests;

/// <summary>Every sample runs to its end and prints what its paragraph in samples/README.md says, here with few samples.</summary>
public sealed class SamplesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task OwnStream_Runs() => Assert.Matches(@"400 samples  window [\d.]+\s?%.*\n(.*\n)*held-out test [\d.]+\s?%", await RunAsync("OwnStream", "400"));

    [Fact]
    public async Task SensorStream_EveryLabelComesLater_AllAreLearned() =>
        Assert.Matches(@"160 samples  window [\d.]+\s?%  no change [\d.]+\s?%\s*$", await RunAsync("SensorStream", "160"));

    [Fact]
    public async Task OwnLearner_ASimpleOne_BeatsTheLabelBefore()
    {
        var last = Regex.Match(await RunAsync("OwnLearner", "480"), @"480 samples  window ([\d.]+)\s?%  no change ([\d.]+)\s?%\s*$");
        Assert.True(double.Parse(last.Groups[1].Value, CultureInfo.InvariantCulture) > double.Parse(last.Groups[2].Value, CultureInfo.InvariantCulture), last.Value);
    }

    [Fact]
    public async Task OwnSink_WritesALineAStep()
    {
        var path = Path.Combine(Path.GetTempPath(), $"dynamos-sample-{Guid.NewGuid():N}.csv");
        try
        {
            Assert.Contains("has 10 steps", await RunAsync("OwnSink", "160", path), StringComparison.Ordinal);
            var lines = await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal("samples,accuracy,window,no_change_window", lines[0]);
            Assert.Equal(Enumerable.Range(1, 10).Select(step => $"{16 * step}"), lines.Skip(1).Select(line => line.Split(',')[0]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Walkthrough_GoesThroughEveryStepAndResumesBitForBit()
    {
        var output = await RunAsync("Walkthrough", "480");
        Assert.Equal(["1.", "2.", "3.", "4.", "5.", "6."], output.Split('\n').Select(line => line.Split(' ')[0]).Where(word => word is [>= '1' and <= '9', '.']));
        Assert.EndsWith("after one more step of both: the same scores", output.TrimEnd(), StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string sample, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, $"DynamosStream.Samples.{sample}.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            Assert.Equal("", await error);
            Assert.Equal(0, process.ExitCode);
            return await output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The sample {sample} did not end within {Patience}.");
        }
    }
}
