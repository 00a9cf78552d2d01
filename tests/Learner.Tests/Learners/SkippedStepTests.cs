using DynamosStream.Learner;
using DynamosStream.Streams;
using static TorchSharp.torch;

namespace DynamosStream.Tests.Learners;

/// <summary>A step whose loss is finite but not what comes of it.</summary>
public sealed class SkippedStepTests
{
    private const float Infinity = float.PositiveInfinity;

    [Theory]
    [InlineData("A gradient")]
    [InlineData("A running statistic")]
    [InlineData("A response")]
    public void Learn_OneNumberIsNotFinite_SkipsTheStepAndChangesNothing(string what)
    {
        var samples = Enumerable.Range(0, 4).Select(i => new Sample(i, Enumerable.Repeat(i / 4f, 64).ToArray(), i % 2)).ToArray();
        using var learner = new FaultyLearner();
        learner.Learn(new SampleBatch(0, samples));
        var before = Values(learner);

        learner.Faulty = what;
        var error = Assert.Throws<StepSkippedException>(() => learner.Learn(new SampleBatch(4, samples)));
        Assert.Equal($"{what} of step 1 is not finite.", error.Message);
        Assert.Equal(before, Values(learner));
        Assert.Equal(1, learner.Iteration);

        learner.Faulty = null;
        learner.Learn(new SampleBatch(4, samples));
        Assert.NotEqual(before, Values(learner));
    }

    private static float[] Values(NetworkLearner learner)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return [.. learner.Network.state_dict().Values.SelectMany(value => value.to_type(ScalarType.Float32).clone().data<float>().ToArray())];
    }

    private sealed class FaultyLearner() : NetworkLearner("faulty", FaultyOptions, agents: true, memory: false)
    {
        private static readonly LearnerOptions FaultyOptions = new()
        {
            Shape = new SampleShape(1, 8, 8),
            Classes = 2,
            BaseFilters = 8,
            HyperParameters = HyperParameterPresets.For("mnist-360", 100) with { WarmUp = 0 },
        };

        public string? Faulty { get; set; }

        protected override LearnReport Step(Tensor images, Tensor labels, ulong sequence)
        {
            var terms = new LossTerms();
            var logits = Network.call(images);
            terms.Add("cross_entropy", 1, nn.functional.cross_entropy(logits, labels));
            terms.Backward();
            using (no_grad())
            {
                if (Faulty == "A gradient")
                    Network.parameters().Last(parameter => parameter.grad is not null).grad!.fill_(Infinity);
                if (Faulty == "A running statistic")
                    Network.named_buffers().Last(buffer => buffer.Item1.EndsWith("running_mean", StringComparison.Ordinal)).Item2.fill_(-Infinity);
                if (Faulty == "A response")
                    logits.fill_(float.NaN);
            }

            return Report(Descend(terms, logits, labels), replay: null);
        }
    }
}
