using System.Text.Json.Nodes;
using DynamosStream.Host.Results;
using DynamosStream.Host.Running;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Poison;

/// <summary>Samples that cannot be learned, in a run with everything that <c>dynamos run</c> has.</summary>
[Collection(nameof(TinyRun))]
public sealed class PoisonTests : IDisposable
{
    private const int Features = 64;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_TwoPoisonSamplesInAHundred_EndsAsOneWithoutThem()
    {
        var clean = await CleanAsync(100);
        var (run, result) = await RunAsync(100, new()
        {
            [17] = position => new Sample(position, new float[Features - 1], 1),
            [70] = position => new Sample(position, Filled(float.NaN), 2),
        });

        Assert.True(result.Completed);
        Assert.Equal(new LedgerCounts(102, 102, 0, 100, 2, 0, 0), result.Ledger);
        Assert.Equal(clean.Outcome().StateHash, run.Outcome().StateHash);
        Assert.Equal(EventsWithoutLedger(clean), EventsWithoutLedger(run));
        var letters = DeadLetterFile.Read(run.Out).ToArray();
        Assert.Equal([(17, 1), (70, 2)], letters.Select(letter => (letter.Position, letter.Label)));
        Assert.All(letters, letter => Assert.Equal("bands", letter.Source));
        Assert.Equal("its feature 0 is NaN; expected a finite number", letters[1].Reason);
        Assert.Equal(Filled(float.NaN), letters[1].FeatureValues());
        Assert.Equal(["sample 17 of 'bands' is not learned: it has 63 features; expected 64 (1x8x8)."], run.Reports);
    }

    [Fact]
    public async Task Run_PoisonOfEveryKindAnywhere_EndsAsOneWithoutIt()
    {
        var clean = await CleanAsync(40);
        for (var seed = 0UL; seed < 6; seed++)
        {
            var random = new CounterRandom(seed, RandomPurpose.StreamOrder, 0);
            var poison = new SortedDictionary<long, Func<long, Sample>>();
            for (var i = 0; i < 30; i++)
                poison[random.Below(40)] = Kinds[(int)random.Below(Kinds.Length)];
            poison[40 + poison.Count] = Kinds[(int)seed];
            var (run, result) = await RunAsync(40, new(poison), _folder[$"poisoned-{seed}"]);
            Assert.Equal(new LedgerCounts(40 + poison.Count, 40 + poison.Count, 0, 40, poison.Count, 0, 0), result.Ledger);
            Assert.Equal(clean.Outcome().StateHash, run.Outcome().StateHash);
            Assert.Equal(EventsWithoutLedger(clean), EventsWithoutLedger(run));
            Assert.Equal(poison.Keys, DeadLetterFile.Read(run.Out).Select(letter => letter.Position));
        }
    }

    [Fact]
    public async Task Run_FaultsAmongPoison_HasEachDeadLetterOnceAndTheSameEvents()
    {
        Dictionary<long, Func<long, Sample>> poison = new() { [3] = Kinds[0], [20] = Kinds[1], [21] = Kinds[2], [50] = Kinds[3], [66] = Kinds[4] };
        var (whole, _) = await RunAsync(64, poison, _folder["whole"]);
        var expected = File.ReadAllText(Path.Combine(whole.Out, DeadLetterFile.Name));
        for (var faultAfter = 0; faultAfter < 64; faultAfter += 8)
        {
            var folder = _folder[$"broken-{faultAfter}"];
            var last = faultAfter;
            await Assert.ThrowsAsync<InvalidOperationException>(() => Poisoned(64, poison, folder, e =>
            {
                if (e.Samples > last)
                    throw new InvalidOperationException("broken");
            }).RunAsync());
            var again = Poisoned(64, poison, folder);
            var result = await again.RunAsync();
            Assert.Equal(new LedgerCounts(69, 69, 0, 64, 5, 0, 0), result.Ledger);
            Assert.Equal(whole.Outcome(), again.Outcome());
            Assert.Equal(expected, File.ReadAllText(Path.Combine(again.Out, DeadLetterFile.Name)));
        }
    }

    [Fact]
    public async Task Run_NothingButPoison_FailsWithTheReason()
    {
        var poison = Enumerable.Range(0, 30).ToDictionary(position => (long)position, _ => Kinds[0]);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Poisoned(0, poison, _folder["poisoned"]).RunAsync());
        Assert.Contains("no sample of 30 could be learned; the last: sample 29 of 'bands'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NumbersThatGrowTooLarge_SkipsTheStepAndEndsAsOneWithoutIt()
    {
        // Finite features that no network can take: whole batches of them, for a step is skipped as a whole.
        var clean = await CleanAsync(64);
        var poison = Enumerable.Range(16, 8).Concat(Enumerable.Range(40, 8))
            .ToDictionary(position => (long)position, _ => (Func<long, Sample>)(at => new Sample(at, Filled(at < 30 ? 1e38f : 1e30f), 1)));
        var (run, result) = await RunAsync(64, poison);
        Assert.Equal(new LedgerCounts(80, 80, 0, 64, 0, 16, 0), result.Ledger);
        Assert.Equal(clean.Outcome().StateHash, run.Outcome().StateHash);
        Assert.Equal(EventsWithoutLedger(clean), EventsWithoutLedger(run));
        Assert.Contains("the 8 samples from 16 on of 'bands' are not learned: The loss of step 2 is not finite: ", run.Reports.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LearnerDivergesForGood_GoesBackOnceAndFails()
    {
        var starts = 0;
        var run = new TinyRun(_folder["diverged"]) { Samples = 128, Around = learner => new Diverging(learner, from: 40) };
        var reports = new List<string>();
        var error = await Assert.ThrowsAsync<DivergedException>(() => SecondChance.RunAsync(Start, () => true, reports.Add));
        Assert.Equal(2, starts);
        Assert.StartsWith($"{LearnerService.MostSkipsInARow} steps in a row could not be taken; the last one: ", error.Message, StringComparison.Ordinal);
        Assert.Equal([error.Message + " Going back to the last checkpoint, once."], reports);

        Task<RunResult> Start()
        {
            starts++;
            return run.RunAsync();
        }
    }

    [Fact]
    public async Task Run_LearnerDivergesOnce_GoesBackAndEndsAsOneThatNeverDid()
    {
        var clean = await CleanAsync(128);
        var starts = 0;
        var run = new TinyRun(_folder["diverged"])
        {
            Samples = 128,
            Around = learner => starts == 1 ? new Diverging(learner, from: 40) : learner,
        };
        var result = await SecondChance.RunAsync(
            () =>
            {
                starts++;
                return run.RunAsync();
            },
            () => true,
            _ => { });
        Assert.Equal(2, starts);
        Assert.True(result.Completed);
        Assert.Equal(clean.Outcome(), run.Outcome());
    }

    [Fact]
    public async Task SecondChance_NoCheckpointOrAnotherFault_IsThrownAtOnce()
    {
        await Assert.ThrowsAsync<DivergedException>(
            () => SecondChance.RunAsync<int>(() => throw new DivergedException("no"), () => false, _ => Assert.Fail("reported")));
        await Assert.ThrowsAsync<IOException>(
            () => SecondChance.RunAsync<int>(() => throw new IOException("no"), () => true, _ => Assert.Fail("reported")));
    }

    /// <summary>Everything that can be wrong with a sample.</summary>
    private static Func<long, Sample>[] Kinds =>
    [
        position => new Sample(position, new float[Features - 1], 0),
        position => new Sample(position, new float[10 * Features], 0),
        position => new Sample(position, ReadOnlyMemory<float>.Empty, 0),
        position => new Sample(position, Filled(float.NaN), 0),
        position => new Sample(position, Filled(float.NegativeInfinity), 0),
        position => new Sample(position, new float[Features], 3),
        position => new Sample(position, new float[Features], int.MinValue),
        position => Sample.Decode(position, new byte[] { 1, 2, 3 }, _ => throw new FormatException("no\npicture \ud800")),
        position => Sample.Decode(position, new byte[8], bytes => (new float[] { bytes.Span[9] }, 0)),
        position => Sample.Decode(position, new byte[8], bytes => (new float[bytes.Length], 0)),
        position => Sample.Decode(position, ReadOnlyMemory<byte>.Empty, _ => throw new InvalidOperationException(new string('x', 100_000))),
    ];

    private static float[] Filled(float value) => [.. Enumerable.Repeat(value, Features)];

    private static TinyRun Poisoned(
        int clean, IReadOnlyDictionary<long, Func<long, Sample>> poison, string folder, Action<AccuracyEvent>? observe = null) => new(folder)
        {
            Stream = new PoisonedStream(new BandStream(clean), poison),
            Samples = clean + poison.Count,
            Observe = observe ?? (_ => { }),
        };

    /// <summary>The lines of the event file, but for the ledger, which knows of the poison.</summary>
    private static string[] EventsWithoutLedger(TinyRun run) => [.. File.ReadLines(run.EventFile).Select(line =>
    {
        var json = JsonNode.Parse(line)!.AsObject();
        Assert.True(json.Remove("ledger"));
        return json.ToJsonString();
    })];

    private async Task<TinyRun> CleanAsync(int samples)
    {
        var run = new TinyRun(_folder["clean"]) { Samples = samples };
        await run.RunAsync();
        return run;
    }

    private async Task<(TinyRun Run, RunResult Result)> RunAsync(int clean, Dictionary<long, Func<long, Sample>> poison, string? folder = null)
    {
        var run = Poisoned(clean, poison, folder ?? _folder["poisoned"]);
        return (run, await run.RunAsync());
    }

    /// <summary>Cannot learn from some sequence number on.</summary>
    private sealed class Diverging(IOnlineLearner learner, long from) : IOnlineLearner
    {
        public string Name => learner.Name;

        public Predictions Predict(SampleBatch batch) => learner.Predict(batch);

        public LearnReport Learn(SampleBatch batch) =>
            batch.Sequence < from ? learner.Learn(batch) : throw new StepSkippedException("The loss is not finite.");

        public void Save(StateArrays state) => learner.Save(state);

        public void Load(StateArrays state) => learner.Load(state);

        public void Dispose() => learner.Dispose();
    }
}
