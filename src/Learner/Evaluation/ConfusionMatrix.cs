namespace DynamosStream.Learner;

/// <summary>Counts of predictions by true class and predicted class.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[,] _counts;
    private readonly long[] _labels;
    private readonly long[] _predictions;

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">Number of classes, at least 2.</param>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        _counts = new long[classes, classes];
        _labels = new long[classes];
        _predictions = new long[classes];
    }

    /// <summary>Number of classes.</summary>
    public int Classes => _counts.GetLength(0);

    /// <summary>Predictions counted.</summary>
    public long Total { get; private set; }

    /// <summary>Predictions that met the label.</summary>
    public long Correct { get; private set; }

    /// <summary>Share of correct predictions in [0, 1]; 0 before the first.</summary>
    public double Accuracy => Total == 0 ? 0 : (double)Correct / Total;

    /// <summary>Cohen's kappa (1960): the agreement of predictions and labels beyond that of chance, from 1 for none wrong over 0 for none beyond
    /// chance to below 0. It is 0 where there is but one class, which chance cannot miss.</summary>
    public double Kappa
    {
        get
        {
            var (all, chance) = ((double)Total * Total, 0.0);
            for (var label = 0; label < Classes; label++)
                chance += (double)_labels[label] * _predictions[label];
            return all > chance ? (((double)Correct * Total) - chance) / (all - chance) : 0;
        }
    }

    /// <summary>How often a sample of class <paramref name="label"/> was predicted as <paramref name="predicted"/>.</summary>
    public long this[int label, int predicted] => _counts[label, predicted];

    /// <summary>Counts one prediction.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A class is outside 0 .. <see cref="Classes"/> - 1.</exception>
    public void Add(int predicted, int label)
    {
        Require(predicted, nameof(predicted));
        Require(label, nameof(label));
        Count(predicted, label, 1);
    }

    /// <summary>Share of the samples of class <paramref name="label"/> that were predicted correctly; null where none was seen.</summary>
    public double? ClassAccuracy(int label)
    {
        Require(label, nameof(label));
        return _labels[label] == 0 ? null : (double)_counts[label, label] / _labels[label];
    }

    /// <summary>Takes back one prediction that was counted.</summary>
    internal void Remove(int predicted, int label) => Count(predicted, label, -1);

    internal void Save(StateArrays state, string name) => state.Put(name, _counts.Cast<long>().ToArray(), Classes, Classes);

    internal void Load(StateArrays state, string name)
    {
        var counts = state.Take<long>(name, Classes, Classes);
        if (counts.Any(count => count < 0))
            throw new InvalidDataException($"'{name}' holds a negative count.");
        for (var i = 0; i < counts.Length; i++)
            Count(i % Classes, i / Classes, counts[i] - _counts[i / Classes, i % Classes]);
    }

    private void Count(int predicted, int label, long times)
    {
        _counts[label, predicted] += times;
        _labels[label] += times;
        _predictions[predicted] += times;
        Total += times;
        Correct += predicted == label ? times : 0;
    }

    private void Require(int value, string name)
    {
        if ((uint)value >= (uint)Classes)
            throw new ArgumentOutOfRangeException(name, value, $"Expected a class from 0 to {Classes - 1}.");
    }
}
