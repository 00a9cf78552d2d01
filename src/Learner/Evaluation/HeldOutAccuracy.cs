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
        IOnlineLearner learner, IEnumerable<Sample> samples, int classes, CancellationToken cancellation = default) =>
        MeasureTasks(learner, samples, classes, [], cancellation).Confusion;

    /// <summary>The same, and how many samples of each hidden task are predicted correctly.</summary>
    /// <param name="learner">The learner to test; it is not told of the tasks.</param>
    /// <param name="samples">The test set, at least one sample.</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="tasks">The stream's hidden tasks.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="ArgumentException">The test set is empty.</exception>
    public static HeldOutResult MeasureTasks(
        IOnlineLearner learner, IEnumerable<Sample> samples, int classes, IReadOnlyList<StreamTask> tasks, CancellationToken cancellation = default)
    {
        var confusion = new ConfusionMatrix(classes);
        var (correct, masked) = (new long[tasks.Count], new long[tasks.Count]);
        foreach (var chunk in samples.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            var predictions = learner.Predict(new SampleBatch(confusion.Total, chunk));
            for (var i = 0; i < chunk.Length; i++)
            {
                var (position, label) = (chunk[i].Position, chunk[i].Label);
                confusion.Add(predictions.Labels[i], label);
                for (var task = 0; task < tasks.Count; task++)
                {
                    if (position < tasks[task].HeldOutStart || position >= tasks[task].HeldOutEnd)
                        continue;
                    var scores = predictions.Scores.Span.Slice(i * classes, classes);
                    correct[task] += predictions.Labels[i] == label ? 1 : 0;
                    masked[task] += Best(scores, tasks[task].Classes) == label ? 1 : 0;
                }
            }
        }

        if (confusion.Total == 0)
            throw new ArgumentException("The held-out test set is empty; expected at least one sample.", nameof(samples));
        return new HeldOutResult(confusion, correct, masked);
    }

    /// <summary>Predicts every sample once by the weights that were learned last; null where these are the ones that predict.</summary>
    /// <param name="learner">The learner to test.</param>
    /// <param name="samples">The test set.</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public static ConfusionMatrix? MeasureAsTrained(
        IOnlineLearner learner, IEnumerable<Sample> samples, int classes, CancellationToken cancellation = default)
    {
        var confusion = new ConfusionMatrix(classes);
        foreach (var chunk in samples.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            if (learner.PredictAsTrained(new SampleBatch(confusion.Total, chunk)) is not { } predictions)
                return null;
            for (var i = 0; i < chunk.Length; i++)
                confusion.Add(predictions.Labels[i], chunk[i].Label);
        }

        return confusion;
    }

    /// <summary>The class with the highest score, the first among equals.</summary>
    private static int Best(ReadOnlySpan<float> scores, IReadOnlyList<int> classes)
    {
        var best = classes[0];
        foreach (var label in classes)
            best = scores[label] > scores[best] ? label : best;
        return best;
    }
}
