using DynamosStream.Streams;

namespace DynamosStream.Learner;

/// <summary>Accuracy on samples that are never learned.</summary>
public static class HeldOutAccuracy
{
    private const int BatchSize = 256;

    /// <summary>Predicts every sample once; the learner does not change.</summary>
    /// <param name="learner">The learner to test.</param>
    /// <param name="samples">The test set, at least one sample.</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="ArgumentException">The test set is empty.</exception>
    public static ConfusionMatrix Measure(
        IOnlineLearner learner, IEnumerable<Sample> samples, int classes, CancellationToken cancellation = default)
    {
        var confusion = new ConfusionMatrix(classes);
        foreach (var chunk in samples.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            var predictions = learner.Predict(new SampleBatch(confusion.Total, chunk));
            foreach (var (predicted, sample) in predictions.Labels.Zip(chunk))
                confusion.Add(predicted, sample.Label);
        }

        if (confusion.Total == 0)
            throw new ArgumentException("The held-out test set is empty; expected at least one sample.", nameof(samples));
        return confusion;
    }
}
