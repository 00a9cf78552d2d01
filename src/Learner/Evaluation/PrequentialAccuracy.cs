namespace DynamosStream.Learner;

/// <summary>Test-then-train accuracy of a stream of predictions, each made before its sample was learned.</summary>
public sealed class PrequentialAccuracy
{
    private readonly bool[] _window;
    private readonly double _fadingFactor;
    private int _windowCorrect;
    private double _fadingCorrect;
    private double _fadingTotal;

    /// <summary>No predictions yet.</summary>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="window">Predictions that the sliding window holds, at least 1.</param>
    /// <param name="fadingFactor">Weight of a prediction relative to the next one, in (0, 1].</param>
    public PrequentialAccuracy(int classes, int window = 1000, double fadingFactor = 0.999)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        if (!(fadingFactor is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(fadingFactor), fadingFactor, "Expected a factor above 0 and at most 1.");
        Confusion = new ConfusionMatrix(classes);
        _window = new bool[window];
        _fadingFactor = fadingFactor;
    }

    /// <summary>Predictions that the sliding window holds.</summary>
    public int Window => _window.Length;

    /// <summary>All predictions by true and predicted class; per-class accuracy is read from it.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>The accuracies now; 0 before the first prediction.</summary>
    public RunningAccuracy Current => Confusion.Total == 0
        ? default
        : new RunningAccuracy(
            Confusion.Accuracy,
            (double)_windowCorrect / Math.Min(Confusion.Total, _window.Length),
            _fadingCorrect / _fadingTotal);

    /// <summary>Scores one prediction.</summary>
    public void Add(int predicted, int label)
    {
        var slot = (int)(Confusion.Total % _window.Length);
        Confusion.Add(predicted, label);

        var correct = predicted == label;
        _windowCorrect += (correct ? 1 : 0) - (_window[slot] ? 1 : 0);
        _window[slot] = correct;
        _fadingCorrect = (_fadingCorrect * _fadingFactor) + (correct ? 1 : 0);
        _fadingTotal = (_fadingTotal * _fadingFactor) + 1;
    }

    internal void Save(StateArrays state)
    {
        Confusion.Save(state, "confusion");
        state.Put("window", [.. _window.Select(correct => correct ? (byte)1 : (byte)0)], _window.Length);
        state.Put("fading", [_fadingCorrect, _fadingTotal], 2);
    }

    internal void Load(StateArrays state)
    {
        Confusion.Load(state, "confusion");
        var window = state.Take<byte>("window", _window.Length);
        for (var slot = 0; slot < window.Length; slot++)
            _window[slot] = window[slot] != 0;
        _windowCorrect = _window.Count(correct => correct);
        (_fadingCorrect, _fadingTotal) = state.Take<double>("fading", 2) is [var correct, var total] ? (correct, total) : default;
    }
}
