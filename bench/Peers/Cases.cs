using DynamosStream.Learner;
using DynamosStream.Streams;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Bench;

/// <summary>The same work as the cases of bench/peer/dynamos_peer.py, by the learner's public surface or TorchSharp's ordinary calls.</summary>
internal static class Cases
{
    private static readonly SampleShape Shape = new(1, 28, 28);

    public static IReadOnlyDictionary<string, Func<Action>> All { get; } = new Dictionary<string, Func<Action>>
    {
        ["step"] = () => Step(16, 32),
        ["warmup"] = WarmUp,
        ["inference"] = Inference,
        ["cnn"] = PlainCnn,
        ["step64"] = () => Step(64, 32),
        ["step256"] = () => Step(256, 32),
        ["width64"] = () => Step(16, 64),
        ["width128"] = () => Step(16, 128),
    };

    /// <summary>A training step on as many stream as memory samples: draws, losses, backward, SGD, and the offer to the memory.</summary>
    private static Action Step(int batch, int filters)
    {
        var learner = OnlineLearners.Create("dynamos", Options(Hyper(batch) with { WarmUp = 1 }) with { BaseFilters = filters, BufferSize = batch });
        var batches = new Batches(batch);
        while (learner.Learn(batches.Next()).BufferCount < batch)
        {
        }

        return () => learner.Learn(batches.Next());
    }

    private static Action WarmUp()
    {
        var learner = OnlineLearners.Create("dynamos", Options(Hyper(16) with { WarmUp = int.MaxValue, LearningRate = 1e-4 }));
        var batches = new Batches(16);
        return () => learner.Learn(batches.Next());
    }

    private static Action Inference()
    {
        var learner = OnlineLearners.Create("dynamos", Options(Hyper(16) with { WarmUp = 0 }));
        var batch = new Batches(256).Next();
        return () => learner.Predict(batch);
    }

    /// <summary>A plain convolutional network without any fused operator.</summary>
    private static Action PlainCnn()
    {
        var net = Sequential(
            Conv2d(1, 32, 3, padding: 1), BatchNorm2d(32), ReLU(), MaxPool2d(2),
            Conv2d(32, 64, 3, padding: 1), BatchNorm2d(64), ReLU(), MaxPool2d(2),
            Conv2d(64, 64, 3, padding: 1), BatchNorm2d(64), ReLU(), Flatten(), Linear(64 * 49, 10));
        var optimizer = optim.SGD(net.parameters(), 1e-4);
        var x = rand(32, 1, 28, 28);
        var y = randint(10, [32]);
        return () =>
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            functional.cross_entropy(net.call(x), y).backward();
            optimizer.step();
        };
    }

    private static HyperParameters Hyper(int batch) =>
        HyperParameterPresets.For("mnist-360", 500) with { StreamBatch = batch, MemoryBatch = batch };

    private static LearnerOptions Options(HyperParameters hyper) => new() { Shape = Shape, Classes = 9, HyperParameters = hyper };

    /// <summary>A few batches of noise in turn, numbered like a stream.</summary>
    private sealed class Batches(int count)
    {
        private readonly Sample[][] _batches = [.. Enumerable.Range(0, 4).Select(number => Noise(number, count))];
        private long _sequence;

        public SampleBatch Next()
        {
            var samples = _batches[_sequence / count % _batches.Length];
            _sequence += count;
            return new SampleBatch(_sequence, samples);
        }

        private static Sample[] Noise(int number, int count)
        {
            var random = new CounterRandom(1, RandomPurpose.Glyph, (ulong)number);
            var samples = new Sample[count];
            for (var i = 0; i < count; i++)
            {
                var features = new float[Shape.Length];
                for (var f = 0; f < features.Length; f++)
                    features[f] = random.NextSingle();
                samples[i] = new Sample(i, features, i % 9);
            }

            return samples;
        }
    }
}
