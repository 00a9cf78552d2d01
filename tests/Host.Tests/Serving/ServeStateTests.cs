using System.Net;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Serving;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Serving;

/// <summary>What a service with a state folder keeps over stops of every kind.</summary>
[Collection(nameof(TinyRun))]
public sealed class ServeStateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Stop_AtAnyMoment_TheNextStartGoesOnAsIfThereHadBeenNone()
    {
        // Parts that end within a batch: what is cut off by a stop belongs to the batch of the next start.
        var parts = new[] { 3, 30, 17, 60, 1, 89 };
        foreach (var (name, stops) in new[] { ("once", false), ("often", true) })
        {
            var next = 0;
            LiveHost? host = null;
            foreach (var part in parts)
            {
                host ??= await StartAsync(name);
                var (status, answer) = await host.PostAsync("/samples", LiveHost.LinesOf(new BandStream(next + part).Read(next)), LiveHost.Lines);
                Assert.Equal(HttpStatusCode.OK, status);
                Assert.Equal(Enumerable.Range(next, part), answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("position").GetInt32()));
                next += part;
                if (!stops)
                    continue;
                await host.DisposeAsync();
                host = null;
            }

            host ??= await StartAsync(name);
            await host.LearnedAsync(200);
            await host.DisposeAsync();
        }

        Assert.Equal(Outcome("once"), Outcome("often"));
        Assert.Equal(200, Outcome("often").Sequence);
    }

    [Fact]
    public async Task Checkpoint_WhenAsked_IsOfTheStateThatWasReachedAlsoWhilePaused()
    {
        await using var host = await StartAsync("a");
        Assert.Equal(HttpStatusCode.Conflict, (await host.PostAsync("/checkpoints")).Status);
        await host.PostAsync("/samples", LiveHost.LinesOf(new BandStream(8).Read()), LiveHost.Lines);
        await host.LearnedAsync(8);
        Assert.Equal("paused", (await host.PostAsync("/pause")).Body.GetProperty("state").GetString());
        await host.PostAsync("/samples", LiveHost.LinesOf(new BandStream(32).Read(8)), LiveHost.Lines);
        Assert.Equal(8, (await host.PostAsync("/checkpoints")).Body.GetProperty("samples").GetInt64());
        Assert.Equal(8, Outcome("a").Sequence);
        Assert.Equal(8, (await host.GetAsync("/status")).GetProperty("samples").GetInt64());
        Assert.Equal("learning", (await host.PostAsync("/resume")).Body.GetProperty("state").GetString());
        await host.LearnedAsync(32);
    }

    [Fact]
    public async Task Checkpoint_WithoutState_IsRefused()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner());
        var (status, problem) = await host.PostAsync("/checkpoints");
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("--state", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Journal_OfManySamples_LetsGoOfWhatCheckpointsNoLongerNeed()
    {
        await using var host = await LiveHost.StartAsync(options => (options.State, options.LabelWindow, options.JournalMegabytes) = (_folder["a"], 10, 1));
        var samples = 6000L;
        foreach (var part in new BandStream(samples).Read().Chunk(500))
        {
            while ((await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(part), LiveHost.Lines)).Status != HttpStatusCode.OK)
                Assert.Fail("the journal was full although the learner could follow");
            await host.LearnedAsync(part[^1].Position + 1 - TinyRun.BatchSize);
        }

        Assert.InRange(host.Service.Journal!.Bytes, 1, 1 << 20);
        Assert.InRange(host.Service.Journal.First, 1, samples);
    }

    [Fact]
    public async Task Journal_OfManyShortStarts_LetsGoOfWhatCheckpointsNoLongerNeed()
    {
        const int Each = 500;
        for (var start = 0; start < 20; start++)
        {
            await using var host = await LiveHost.StartAsync(options => (options.State, options.CheckpointEvery, options.LabelWindow, options.JournalMegabytes) = (_folder["a"], 600, 10, 2));
            var part = new BandStream((start + 1) * Each).Read(start * Each); // Too few for a checkpoint: there is one when it ends.
            Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(part), LiveHost.Lines)).Status);
            await host.LearnedAsync((start + 1) * Each - TinyRun.BatchSize);
        }
    }

    [Fact]
    public async Task Samples_RejectedFillTheJournal_GoodOnesStillComeAndMakeRoom()
    {
        await using var host = await LiveHost.StartAsync(
            options => (options.State, options.LabelWindow, options.JournalMegabytes) = (_folder["a"], 10, 1), new RecordingLearner());
        var bad = new Sample(0, ReadOnlyMemory<float>.Empty, Sample.NoLabel) { Encoded = new byte[5000], Rejection = "no sample" };
        var offered = 0;
        while (host.Service.Intake.Offer(bad).Outcome == AdmissionOutcome.Taken)
            Assert.InRange(++offered, 1, 1000);
        Assert.Equal(AdmissionOutcome.Full, host.Service.Intake.Offer(bad).Outcome);

        const int Good = 160;
        foreach (var part in new BandStream(Good).Read().Chunk(16))
        {
            // The learner may be behind for a moment; it gets on.
            for (var rest = part; rest.Length > 0;)
                rest = rest[(await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(rest), LiveHost.Lines)).Body.GetProperty("taken").GetInt32()..];
        }

        await host.LearnedAsync(Good);
        await host.PostAsync("/checkpoints");
        Assert.Equal(AdmissionOutcome.Taken, host.Service.Intake.Offer(bad).Outcome);
    }

    [Fact]
    public async Task Start_OtherLabelsOrShape_IsRefusedNamingTheDifference()
    {
        await using (var host = await StartAsync("a"))
        {
            await host.PostAsync("/samples", LiveHost.LinesOf(new BandStream(8).Read()), LiveHost.Lines);
            await host.LearnedAsync(8);
        }

        var error = await Assert.ThrowsAsync<InvalidDataException>(
            () => LiveHost.StartAsync(options => (options.State, options.Labels) = (_folder["a"], ["a", "b", "c"])));
        Assert.Contains("labels ''", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_JournalGone_IsRefusedRatherThanBegunAnew()
    {
        await using (var host = await StartAsync("a"))
        {
            await host.PostAsync("/samples", LiveHost.LinesOf(new BandStream(8).Read()), LiveHost.Lines);
            await host.LearnedAsync(8);
        }

        Directory.Delete(_folder["a/journal"], recursive: true);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => StartAsync("a"));
        Assert.Contains("the checkpoint goes on at 8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_KilledAgainAndAgain_WhatWasAnsweredIsLearnedOnceAndInOrder()
    {
        const int Samples = 320, Part = 20;
        await using (var whole = await StartProcessAsync("whole"))
        {
            await whole.SendAsync(0, Samples);
            await whole.LearnedAsync(Samples);
            await whole.StopAsync();
        }

        var random = new Random(Environment.TickCount);
        for (var taken = 0; taken < Samples;)
        {
            await using var process = await StartProcessAsync("killed");

            // What was not answered may have been taken or not: the one who sends asks.
            taken = (int)(await process.StatusAsync()).GetProperty("intake").GetProperty("nextPosition").GetInt64();
            for (var sent = 0; taken < Samples && sent < 3; sent++)
            {
                var part = Math.Min(Part, Samples - taken);
                await process.SendAsync(taken, part);
                taken += part;
            }

            await Task.Delay(random.Next(60), TestContext.Current.CancellationToken);
            if (taken < Samples)
            {
                var sending = process.SendAsync(taken, Math.Min(Part, Samples - taken));
                await Task.Delay(random.Next(10), TestContext.Current.CancellationToken);
                process.Kill();
                await Record.ExceptionAsync(() => sending);
            }
        }

        await using (var last = await StartProcessAsync("killed"))
        {
            Assert.Equal(Samples, (await last.StatusAsync()).GetProperty("intake").GetProperty("nextPosition").GetInt64());
            await last.LearnedAsync(Samples);
            await last.StopAsync();
        }

        Assert.Equal(Outcome("whole"), Outcome("killed"));
    }

    private (string StateHash, long Sequence) Outcome(string name)
    {
        var newest = CheckpointFile.AllIn(_folder[name])[0].Read(new DiskFiles());
        return (newest.Arrays.Hash(), newest.Manifest.Progress.Sequence);
    }

    private Task<LiveHost> StartAsync(string name) => LiveHost.StartAsync(options => options.State = _folder[name]);

    private Task<ServeProcess> StartProcessAsync(string name) => ServeProcess.StartAsync(
        "--learner", "er", "--buffer", "20", "--shape", "1x8x8", "--classes", "3", "--state", _folder[name], "--checkpoint-every", "16", "--keep", "2");
}
