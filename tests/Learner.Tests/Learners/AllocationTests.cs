#if TORCH_MANAGED // The bounds are those of the fused operators.
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Tests.Learners;

/// <summary>A step's tensors live in the engine's own memory: what it leaves to the garbage collector is handles, and stays small.</summary>
public sealed class AllocationTests : IDisposable
{
    private const int Batch = 16, Side = 28, Steps = 5;

    private readonly int _threads = TorchSharp.torch.get_num_threads();

    // All on this thread, whose bytes are counted.
    public AllocationTests() => TorchSharp.torch.set_num_threads(1);

    public void Dispose() => TorchSharp.torch.set_num_threads(_threads);

    [Theory]
    [InlineData("dynamos", 1_000_000)]
    [InlineData("er", 400_000)]
    [InlineData("sgd", 200_000)]
    public void Learn_SteadyState_ManagedBytesAreBounded(string name, long bytesMax)
    {
        using var learner = OnlineLearners.Create(name, new LearnerOptions
        {
            Shape = new SampleShape(1, Side, Side),
            Classes = 9,
            BufferSize = Batch,
            HyperParameters = HyperParameterPresets.For("mnist-360", 500) with { WarmUp = 1, StreamBatch = Batch, MemoryBatch = Batch },
        });
        var samples = Samples();
        var sequence = 0L;
        LearnReport last;
        do
            last = learner.Learn(new SampleBatch(sequence++, samples));
        while (sequence < 20);
        Assert.Equal(name == "sgd" ? 0 : Batch, last.Replayed);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < Steps; step++)
            learner.Learn(new SampleBatch(sequence++, samples));
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Steps, 0, bytesMax);
    }

    private static Sample[] Samples()
    {
        var random = new CounterRandom(1, RandomPurpose.Glyph, 0);
        var samples = new Sample[Batch];
        for (var i = 0; i < Batch; i++)
        {
            var features = new float[Side * Side];
            for (var f = 0; f < features.Length; f++)
                features[f] = random.NextSingle();
            samples[i] = new Sample(i, features, i % 9);
        }

        return samples;
    }
}
#endif
