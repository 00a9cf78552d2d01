using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Samples;

/// <summary>Takes a sample for the class whose mean is nearest. The means fade, so that they follow a class that drifts.</summary>
public sealed class NearestMeanLearner(LearnerOptions options) : IOnlineLearner
{
    private const float Step = 0.05f;

    private readonly int _features = options.Shape.Length;
    private float[] _means = new float[options.Classes * options.Shape.Length];

    public string Name => "nearest-mean";

    public Predictions Predict(SampleBatch batch)
    {
        var scores = new float[batch.Samples.Count * options.Classes];
        var labels = new int[batch.Samples.Count];
        for (var i = 0; i < labels.Length; i++)
        {
            var row = scores.AsSpan(i * options.Classes, options.Classes);
            for (var c = 0; c < row.Length; c++)
            {
                row[c] = -Distance(batch.Samples[i].Features.Span, MeanOf(c));
                if (row[c] > row[labels[i]])
                    labels[i] = c;
            }
        }

        var taken = _means.Length;
        return new Predictions(labels, scores, KeptShare: [], new MultiplyAdds(taken, taken));
    }

    public LearnReport Learn(SampleBatch batch)
    {
        var loss = 0f;
        foreach (var sample in batch.Samples)
        {
            var features = sample.Features.Span;
            var mean = MeanOf(sample.Label);
            loss += Distance(features, mean) / batch.Samples.Count;
            for (var i = 0; i < mean.Length; i++)
                mean[i] += Step * (features[i] - mean[i]);
        }

        return new LearnReport(new Dictionary<string, float> { ["total"] = loss }, KeptShare: [], Replayed: 0, BufferCount: 0, BufferCapacity: 0);
    }

    // A copy: what is saved must not change when the learner goes on.
    public void Save(StateArrays state) => state.Put("means", [.. _means], options.Classes, _features);

    public void Load(StateArrays state) => _means = state.Take<float>("means", options.Classes, _features);

    public void Dispose()
    {
    }

    private Span<float> MeanOf(int label) => _means.AsSpan(label * _features, _features);

    private static float Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0f;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }
}
