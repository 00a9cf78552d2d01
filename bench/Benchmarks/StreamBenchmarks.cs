using System.Reactive.Linq;
using BenchmarkDotNet.Attributes;
using DynamosStream.Streams;

namespace DynamosStream.Bench;

/// <summary>The path from a stream to the learner's thread, without a learner: Rx pipeline, bridge and channel. Time per sample.</summary>
[MemoryDiagnoser]
public class StreamBenchmarks
{
    private const int Samples = 16_000;
    private const int BatchSize = 16;
    private const int BatchesAhead = 8;

    private static readonly Sample[] Ready = [.. SampleStreams.Open("glyphs-360", seed: 1).Read().Take(Samples)];

    /// <summary>Samples that lie ready: what the path itself costs.</summary>
    [Benchmark(OperationsPerInvoke = Samples)]
    public long Path() => Drain(new Stored());

    /// <summary>The default stream as it is: drawing and rotating each image included.</summary>
    [Benchmark(OperationsPerInvoke = Samples)]
    public long Glyphs360() => Drain(SampleStreams.Open("glyphs-360", seed: 1));

    private static long Drain(ISampleStream stream)
    {
        var batches = stream.ToObservable().TakeWhile(sample => sample.Position < Samples).Validate(stream.Description).BatchByCount(BatchSize);
        using var bridge = new StreamBridge(batches, BatchesAhead);
        return bridge.Batches.ReadAllAsync().ToBlockingEnumerable().Sum(batch => (long)batch.Samples.Count);
    }

    private sealed class Stored : ISampleStream
    {
        public StreamDescription Description { get; } = new("stored", new SampleShape(1, 28, 28), 9, Samples, Endless: false);

        public IEnumerable<Sample> Read(long fromPosition = 0) => Ready.Skip((int)fromPosition);

        public IEnumerable<Sample> ReadHeldOut() => [];
    }
}
