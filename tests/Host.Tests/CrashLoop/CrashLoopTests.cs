using System.Diagnostics;
using System.Globalization;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Tests.Commands;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.CrashLoop;

/// <summary>The program is killed at random moments and started again until its stream has ended: nothing shows that it ever was.</summary>
/// <remarks>The variable DYNAMOS_CRASHES says how often; eng/crash-loop.sh sets it.</remarks>
public sealed class CrashLoopTests(ITestOutputHelper output) : IDisposable
{
    private const int BatchSize = 16, MeanBatchesBetweenCrashes = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly int Crashes =
        int.Parse(Environment.GetEnvironmentVariable("DYNAMOS_CRASHES") ?? "20", CultureInfo.InvariantCulture);

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(Environment.TickCount);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_KilledAtRandomMoments_EndsAsOneThatNeverWas()
    {
        (await Dynamos.RunAsync(Arguments("whole", threads: 2))).AssertSucceeded();
        var expected = Outcome("whole");

        var (kills, killedWriting, start) = (0, 0, 0);
        for (; kills < Crashes || !Ended; start++)
        {
            // A run that ended before it was killed often enough begins anew.
            if (Ended)
            {
                Assert.Equal(expected, Outcome("killed"));
                Directory.Delete(_folder["killed"], recursive: true);
            }

            using var process = Dynamos.Start(Arguments("killed", threads: (start % 3) + 1));
            if (kills < Crashes && await KillAsync(process))
                kills++;
            else
                (await Dynamos.EndAsync(process)).AssertSucceeded();
            if (!Directory.Exists(_folder["killed/state"]))
                continue;
            killedWriting += Directory.EnumerateFiles(_folder["killed/state"], "*.tmp").Any() ? 1 : 0;
            if (CheckpointFile.AllIn(_folder["killed/state"]) is [var newest, ..])
                newest.Read(new DiskFiles());
        }

        Assert.Equal(expected, Outcome("killed"));
        output.WriteLine($"{kills} kills in {start} starts, {killedWriting} of them while a checkpoint was being written.");
        output.WriteLine($"{expected.Sequence} samples, state {expected.StateHash}: the same as without a kill, and so are the events.");
    }

    private bool Ended => File.Exists(_folder["killed/out/summary.json"]);

    private string[] Arguments(string name, int threads) =>
    [
        "run", "--learner", "dynamos", "--buffer", "100", "--limit", $"{Math.Min(Crashes, 100) * MeanBatchesBetweenCrashes * BatchSize}",
        "--state", _folder[$"{name}/state"], "--out", _folder[$"{name}/out"], "--checkpoint-every", $"{BatchSize}", "--keep", "2", "--evaluate-every", "800",
        "--threads", $"{threads}", "--quiet",
    ];

    /// <summary>Kills it some batches later: while it starts, learns, writes a checkpoint or ends.</summary>
    /// <returns>False if it ended first.</returns>
    private async Task<bool> KillAsync(Process process)
    {
        var batches = _random.Next(2 * MeanBatchesBetweenCrashes);
        var before = -1;
        for (var patience = Stopwatch.StartNew(); patience.Elapsed < Patience && !process.HasExited; await Task.Delay(3))
        {
            var events = Events();
            before = before < 0 ? events : Math.Min(before, events);
            if (events - before >= batches)
                break;
        }

        await Task.Delay(_random.Next(batches == 0 ? 1000 : 100));
        if (process.HasExited)
            return false;
        process.Kill();
        await process.WaitForExitAsync();
        return process.ExitCode != 0;
    }

    private int Events()
    {
        try
        {
            using var file = new FileStream(_folder["killed/out/events.ndjson.part"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file);
            return reader.ReadToEnd().Count(letter => letter == '\n');
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private (string Events, string Tests, long Sequence, string StateHash) Outcome(string name)
    {
        var newest = CheckpointFile.AllIn(_folder[$"{name}/state"])[0].Read(new DiskFiles());
        return (
            File.ReadAllText(_folder[$"{name}/out/events.ndjson"]),
            File.ReadAllText(_folder[$"{name}/out/tasks.ndjson"]),
            newest.Manifest.Progress.Sequence,
            newest.Arrays.Hash());
    }
}
