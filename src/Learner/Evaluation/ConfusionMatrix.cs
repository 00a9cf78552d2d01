namespace DynamosStream.Learner;

/// <summary>Counts of predictions by true class and predicted class.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[,] _counts;

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">Number of classes, at least 2.</param>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        _counts = new long[classes, classes];
    }

    /// <summary>Number of classes.</summary>
    public int Classes => _counts.GetLength(0);

    /// <summary>Predictions counted.</summary>
    public long Total { get; private set; }

    /// <summary>Predictions that met the label.</summary>
    public long Correct { get; private set; }

    /// <summary>Share of correct predictions in [0, 1]; 0 before the first.</summary>
    public double Accuracy => Total == 0 ? 0 : (double)Correct / Total;

    /// <summary>How often a sample of class <paramref name="label"/> was predicted as <paramref name="predicted"/>.</summary>
    public long this[int label, int predicted] => _counts[label, predicted];

    /// <summary>Counts one prediction.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A class is outside 0 .. <see cref="Classes"/> - 1.</exception>
    public void Add(int predicted, int label)
    {
        Require(predicted, nameof(predicted));
        Require(label, nameof(label));
        _counts[label, predicted]++;
        Total++;
        Correct += predicted == label ? 1 : 0;
    }

    /// <summary>Share of the samples of class <paramref name="label"/> that were predicted correctly; null where none was seen.</summary>
    public double? ClassAccuracy(int label)
    {
        Require(label, nameof(label));
        var seen = 0L;
        for (var predicted = 0; predicted < Classes; predicted++)
            seen += _counts[label, predicted];
        return seen == 0 ? null : (double)_counts[label, label] / seen;
    }

    internal void Save(StateArrays state, string name) => state.Put(name, _counts.Cast<long>().ToArray(), Classes, Classes);

    internal void Load(StateArrays state, string name)
    {
        var counts = state.Take<long>(name, Classes, Classes);
        if (counts.Any(count => count < 0))
            throw new InvalidDataException($"'{name}' holds a negative count.");
        System.Buffer.BlockCopy(counts, 0, _counts, 0, System.Buffer.ByteLength(_counts));
        Total = counts.Sum();
        Correct = Enumerable.Range(0, Classes).Sum(label => _counts[label, label]);
    }

    private void Require(int value, string name)
    {
        if ((uint)value >= (uint)Classes)
            throw new ArgumentOutOfRangeException(name, value, $"Expected a class from 0 to {Classes - 1}.");
    }
}
