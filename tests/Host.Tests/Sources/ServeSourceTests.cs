using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Tests.Commands;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Sources;

/// <summary>Sources of a running service, from the URI to the learner.</summary>
[Collection(nameof(TinyRun))]
public sealed class ServeSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Source_FileWithDelayedLabelsAndBadLines_TheGoodAreLearnedTheBadAreDeadLetters()
    {
        var learner = new RecordingLearner();
        var bands = new BandStream(40).Read().ToArray();
        string[] lines =
        [
            .. bands[..20].Select(sample => LiveHost.JsonOf(sample)),
            "no json",
            """{"id":"nobody waits","label":1}""",
            .. bands[20..].Select(sample => LiveHost.JsonOf(sample, label: false, id: $"s{sample.Position}")),
            .. bands[20..].Reverse().Select(sample => $$"""{"id":"s{{sample.Position}}","label":{{sample.Label}}}"""),
        ];
        await File.WriteAllLinesAsync(_folder["samples"], lines);
        await using var host = await LiveHost.StartAsync(learner: learner, extend: stream => stream.AddSource($"file:{_folder["samples"]}"));
        var status = await host.LearnedAsync(40);
        Assert.Equal([.. bands[..20].Select(sample => sample.Label), .. bands[20..].Reverse().Select(sample => sample.Label)], learner.Samples.Select(sample => sample.Label));
        Assert.Equal(2, status.GetProperty("ledger").GetProperty("deadLettered").GetInt64());
        Assert.All(learner.Samples.Skip(20), sample => Assert.Equal(0, sample.Predicted));
    }

    [Fact]
    public async Task Source_FollowedFileKilledAgainAndAgain_EachLineIsLearnedOnceAndInOrder()
    {
        const int Samples = 320;
        var lines = new BandStream(Samples).Read().Select(sample => LiveHost.JsonOf(sample)).ToArray();
        await File.WriteAllLinesAsync(_folder["whole.ndjson"], lines);
        await using (var whole = await StartAsync("whole", $"file:{_folder["whole.ndjson"]}"))
        {
            await whole.LearnedAsync(Samples);
            await whole.StopAsync();
        }

        var (random, written) = (new Random(Environment.TickCount), 0);
        while (written < Samples)
        {
            await using var process = await StartAsync("killed", $"tail:{_folder["killed.ndjson"]}");
            var part = Math.Min(random.Next(20, 80), Samples - written);

            // A file in the middle of which a line ends late.
            foreach (var line in lines[written..(written + part)])
            {
                await File.AppendAllTextAsync(_folder["killed.ndjson"], line[..50]);
                await File.AppendAllTextAsync(_folder["killed.ndjson"], line[50..] + "\n");
            }

            written += part;
            await Task.Delay(random.Next(200), TestContext.Current.CancellationToken);
            process.Kill();
        }

        await using (var last = await StartAsync("killed", $"tail:{_folder["killed.ndjson"]}"))
        {
            await last.LearnedAsync(Samples);
            Assert.Equal(Samples, (await last.StatusAsync()).GetProperty("intake").GetProperty("nextPosition").GetInt64());
            await last.StopAsync();
        }

        Assert.Equal(Outcome("whole"), Outcome("killed"));
    }

    [Fact]
    public async Task Source_FileThatIsNotThere_EndsTheProgramNamingIt()
    {
        var process = Dynamos.Start("serve", "--port", "0", "--learner", "sgd", "--source", $"file:{_folder["none"]}");
        var outcome = await Dynamos.EndAsync(process);
        process.Dispose();
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"dynamos: Could not find file '{_folder["none"]}'", outcome.Error, StringComparison.Ordinal);
    }

    private (string StateHash, long Sequence) Outcome(string name)
    {
        var newest = CheckpointFile.AllIn(_folder[name])[0].Read(new DiskFiles());
        return (newest.Arrays.Hash(), newest.Manifest.Progress.Sequence);
    }

    private Task<ServeProcess> StartAsync(string state, string source) => ServeProcess.StartAsync(
        "--learner", "er", "--buffer", "20", "--shape", "1x8x8", "--classes", "3", "--state", _folder[state], "--checkpoint-every", "16", "--keep", "2", "--source", source);
}
