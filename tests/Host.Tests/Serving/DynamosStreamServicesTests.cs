using System.Reactive.Linq;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Serving;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Learner;
using DynamosStream.Streams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using GenericHost = Microsoft.Extensions.Hosting.Host;

namespace DynamosStream.Host.Tests.Serving;

/// <summary>The library: a learner as a service in any host, without HTTP.</summary>
[Collection(nameof(TinyRun))]
public sealed class DynamosStreamServicesTests : IDisposable
{
    private const int Samples = 40;

    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        Environment.ExitCode = 0;
        _folder.Dispose();
    }

    public static TheoryData<string> Kinds => ["observable", "channel", "sequence", "source"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AddSource_OfEveryKind_EverySampleIsLearnedInOrderAndEachBatchTold(string kind)
    {
        var learner = new RecordingLearner();
        using var host = Build(stream =>
        {
            stream.AddLearner("recording", _ => learner);
            _ = kind switch
            {
                "observable" => stream.AddSource(new BandStream(Samples).ToObservable()),
                "channel" => stream.AddSource(Filled().Reader),
                "sequence" => stream.AddSource(Sequence()),
                _ => stream.AddSource<FileLike>(),
            };
        });
        await LearnedAsync(host, Samples);
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(new BandStream(Samples).Read().Select(sample => sample.Label), learner.Samples.Select(sample => sample.Label));
        Assert.Equal([8L, 16, 24, 32, 40], host.Services.GetRequiredService<Recorder>().Events.Select(e => e.Samples));
        Assert.True(learner.Disposed);
        Assert.Equal(0, Environment.ExitCode);

        static Channel<Sample> Filled()
        {
            var channel = Channel.CreateUnbounded<Sample>();
            foreach (var sample in new BandStream(Samples).Read())
                channel.Writer.TryWrite(sample);
            channel.Writer.Complete();
            return channel;
        }

        static async IAsyncEnumerable<Sample> Sequence()
        {
            await Task.Yield();
            foreach (var sample in new BandStream(Samples).Read())
                yield return sample;
        }
    }

    [Fact]
    public async Task AddSource_Overloaded_WaitsAndLosesNothing()
    {
        using var host = Build(stream => stream.AddLearner("tiny", LiveHost.Learner).AddSource(new BandStream(400).ToObservable()), options => options.Queue = 3);
        await LearnedAsync(host, 400);
        Assert.Equal(new LedgerCounts(400, 400, 0, 400, 0, 0, 0), host.Services.GetRequiredService<LiveService>().Run.Ledger!.Counts);
    }

    [Fact]
    public async Task AddSource_ThatCanBeReadAgain_EachSampleIsLearnedOnceOverStops()
    {
        foreach (var (name, stops) in new[] { ("once", new[] { 400L }), ("often", [100L, 240, 400]) })
        {
            foreach (var until in stops)
            {
                using var host = Build(
                    stream => stream.AddLearner("tiny", LiveHost.Learner).AddSource<FileLike>(),
                    options => options.State = _folder[name],
                    services => services.AddSingleton(new FileLikeLength(400)));
                await LearnedAsync(host, until);
                await host.StopAsync(TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal(Outcome("once"), Outcome("often"));

        (long, string) Outcome(string name)
        {
            var newest = CheckpointFile.AllIn(_folder[name])[0].Read(new DiskFiles());
            Assert.Equal(400, newest.Manifest.Progress.Positions["file"]);
            return (newest.Manifest.Progress.Sequence, newest.Arrays.Hash());
        }
    }

    [Fact]
    public async Task AddSource_WithSamplesNobodyCanLearn_TheyBecomeDeadLettersAndTheRestIsLearned()
    {
        using var host = Build(stream => stream.AddLearner("tiny", LiveHost.Learner).AddSource(Poisoned().ToObservable()));
        await LearnedAsync(host, Samples);
        Assert.Equal(new LedgerCounts(Samples + 4, Samples + 4, 0, Samples, 4, 0, 0), host.Services.GetRequiredService<LiveService>().Run.Ledger!.Counts);

        static IEnumerable<Sample> Poisoned() =>
        [
            new Sample(0, new float[3], 1),
            new Sample(1, new float[64], 7),
            new Sample(2, ReadOnlyMemory<float>.Empty, 1) { Id = "nobody waits" },
            Sample.Decode(3, new byte[2], _ => throw new FormatException("no image")),
            .. new BandStream(Samples).Read(),
        ];
    }

    [Fact]
    public async Task AddSource_FeaturesFirstAndLabelsLater_AreJoinedById()
    {
        var learner = new RecordingLearner();
        using var host = Build(stream => stream.AddLearner("recording", _ => learner).AddSource(Delayed().ToObservable()));
        await LearnedAsync(host, Samples);
        Assert.Equal(new BandStream(Samples).Read().Select(sample => sample.Label).Reverse(), learner.Samples.Select(sample => sample.Label));
        Assert.All(learner.Samples, sample => Assert.Equal(0, sample.Predicted));

        static IEnumerable<Sample> Delayed() =>
        [
            .. new BandStream(Samples).Read().Select(sample => sample with { Id = $"{sample.Position}", Label = Sample.NoLabel }),
            .. new BandStream(Samples).Read().Reverse().Select(sample => sample with { Id = $"{sample.Position}", Features = default }),
        ];
    }

    [Fact]
    public async Task AddLearner_ByType_IsMadeByTheHostWithTheOptions()
    {
        using var host = Build(stream => stream.AddLearner<Constant>().AddSource(new BandStream(8).ToObservable()), services: services => services.AddSingleton(new FileLikeLength(2)));
        await LearnedAsync(host, 8);
        Assert.Equal("live-Constant-b20-s5", host.Services.GetRequiredService<Recorder>().Events.Single().RunId);
        Assert.All(host.Services.GetRequiredService<Recorder>().Events.Single().Predictions, label => Assert.Equal(2, label));
    }

    [Fact]
    public async Task Fault_InASource_StopsTheHostWithExitCode1()
    {
        using var host = Build(stream => stream.AddLearner("recording", _ => new RecordingLearner()).AddSource(Observable.Throw<Sample>(new IOException("the line is dead"))));
        await host.WaitForShutdownAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, Environment.ExitCode);
    }

    [Fact]
    public async Task Fault_InTheLearner_StopsTheHostWithExitCode1()
    {
        var learner = new RecordingLearner { Learning = _ => throw new InvalidOperationException("the learner broke") };
        using var host = Build(stream => stream.AddLearner("recording", _ => learner).AddSource(new BandStream(Samples).ToObservable()));
        await host.WaitForShutdownAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, Environment.ExitCode);
    }

    [Fact]
    public async Task Fault_LearnerThatCannotBeMade_IsTheOutcomeOfTheStart()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            using var host = Build(stream => stream.AddLearner("none", _ => throw new InvalidOperationException("no such device")));
            await host.WaitForShutdownAsync(TestContext.Current.CancellationToken);
        });
        Assert.Equal("no such device", error.Message);
    }

    [Theory]
    [InlineData("Buffer", 0L)]
    [InlineData("Classes", 1L)]
    [InlineData("Seed", -1L)]
    [InlineData("CheckpointEvery", 0L)]
    [InlineData("CheckpointSeconds", 0L)]
    [InlineData("Keep", 0L)]
    [InlineData("Queue", 0L)]
    [InlineData("LabelWindow", 0L)]
    [InlineData("JournalMegabytes", 0L)]
    public void Options_OutOfRange_AreRefusedNamingTheOption(string name, long value)
    {
        var options = new DynamosStreamOptions();
        var property = typeof(DynamosStreamOptions).GetProperty(name)!;
        property.SetValue(options, Convert.ChangeType(value, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, System.Globalization.CultureInfo.InvariantCulture));
        Assert.All(new DynamosStreamOptionsValidator().Validate(null, options).Failures!, failure => Assert.Contains(name, failure, StringComparison.Ordinal));
        Assert.True(new DynamosStreamOptionsValidator().Validate(null, new DynamosStreamOptions()).Succeeded);
    }

    [Fact]
    public void Options_Bad_AreFoundWhenTheHostStarts()
    {
        var builder = GenericHost.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDynamosStream(options => options.Learner = "oracle");
        using var host = builder.Build();
        Assert.Contains("Learner is 'oracle'; expected one of sgd, er,", Assert.Throws<OptionsValidationException>(host.Start).Message, StringComparison.Ordinal);
    }

    private static IHost Build(Action<DynamosStreamBuilder> extend, Action<DynamosStreamOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var builder = GenericHost.CreateEmptyApplicationBuilder(null);
        services?.Invoke(builder.Services);
        builder.Services.AddSingleton<Recorder>();
        var stream = builder.Services.AddDynamosStream(options =>
        {
            LiveHost.Configure(options);
            configure?.Invoke(options);
        });
        extend(stream.AddSink<ToRecorder>());
        var host = builder.Build();
        try
        {
            host.Start();
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private static Task LearnedAsync(IHost host, long samples)
    {
        var (service, recorder) = (host.Services.GetRequiredService<LiveService>(), host.Services.GetRequiredService<Recorder>());
        return Wait.ForAsync($"{samples} samples learned", () => Math.Max(service.LearnedBefore, recorder.Learned), learned => learned >= samples);
    }

    internal sealed class Recorder
    {
        private readonly Lock _lock = new();
        private readonly List<AccuracyEvent> _events = [];

        public IReadOnlyList<AccuracyEvent> Events
        {
            get
            {
                lock (_lock)
                    return [.. _events];
            }
        }

        public long Learned => Events.LastOrDefault()?.Samples ?? 0;

        public void Add(AccuracyEvent value)
        {
            lock (_lock)
                _events.Add(value);
        }
    }

    internal sealed class ToRecorder(Recorder recorder) : IObserver<AccuracyEvent>
    {
        public void OnNext(AccuracyEvent value) => recorder.Add(value);

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    /// <summary>A source that can be read again, of so many samples.</summary>
    internal sealed record FileLikeLength(long Samples);

    internal sealed class FileLike(FileLikeLength? length = null) : ISampleSource
    {
        public string Name => "file";

        public async IAsyncEnumerable<Sample> ReadAsync(long fromPosition, [EnumeratorCancellation] CancellationToken stop)
        {
            await Task.Yield();
            foreach (var sample in new BandStream(length?.Samples ?? Samples).Read(fromPosition))
            {
                stop.ThrowIfCancellationRequested();
                yield return sample;
            }
        }
    }

    /// <summary>Says the same of every sample, and learns nothing.</summary>
    internal sealed class Constant(LearnerOptions options, FileLikeLength label) : IOnlineLearner
    {
        public string Name => "constant";

        public Predictions Predict(SampleBatch batch) => new(
            [.. batch.Samples.Select(_ => (int)label.Samples)], new float[batch.Samples.Count * options.Classes], [], default);

        public LearnReport Learn(SampleBatch batch) => new(new Dictionary<string, float>(), [], 0, 0, 0);

        public void Save(StateArrays state)
        {
        }

        public void Load(StateArrays state)
        {
        }

        public void Dispose()
        {
        }
    }
}
