namespace DynamosStream.Learner;

/// <summary>Test-then-train accuracy of a stream of predictions, each made before its sample was learned.</summary>
public sealed class PrequentialAccuracy
{
    private readonly (int Predicted, int Label)[] _window;
    private readonly ConfusionMatrix _inWindow;
    private readonly double _fadingFactor;
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
        _window = new (int Predicted, int Label)[window];
        _inWindow = new ConfusionMatrix(classes);
        _fadingFactor = fadingFactor;
    }

    /// <summary>Predictions that the sliding window holds.</summary>
    public int Window => _window.Length;

    /// <summary>All predictions by true and predicted class; per-class accuracy is read from it.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>The accuracies now; 0 before the first prediction.</summary>
    public RunningAccuracy Current => Confusion.Total == 0
        ? default
        : new RunningAccuracy(Confusion.Accuracy, _inWindow.Accuracy, _fadingCorrect / _fadingTotal);

    /// <summary>Cohen's kappa now; 0 before the first prediction.</summary>
    public RunningKappa Kappa => new(Confusion.Kappa, _inWindow.Kappa);

    /// <summary>Scores one prediction.</summary>
    public void Add(int predicted, int label)
    {
        ref var slot = ref _window[(int)(Confusion.Total % _window.Length)];
        Confusion.Add(predicted, label);

        if (_inWindow.Total == _window.Length)
            _inWindow.Remove(slot.Predicted, slot.Label);
        slot = (predicted, label);
        _inWindow.Add(predicted, label);
        _fadingCorrect = (_fadingCorrect * _fadingFactor) + (predicted == label ? 1 : 0);
        _fadingTotal = (_fadingTotal * _fadingFactor) + 1;
    }

    internal void Save(StateArrays state)
    {
        Confusion.Save(state, "confusion");
        state.Put("window", [.. _window.SelectMany(slot => (long[])[slot.Predicted, slot.Label])], _window.Length, 2);
        state.Put("fading", [_fadingCorrect, _fadingTotal], 2);
    }

    internal void Load(StateArrays state)
    {
        Confusion.Load(state, "confusion");
        var window = state.Take<long>("window", _window.Length, 2);
        if (window.Any(value => value < 0 || value >= Confusion.Classes))
            throw new InvalidDataException($"The window holds a class that is not from 0 to {Confusion.Classes - 1}.");
        for (var slot = 0; slot < _window.Length; slot++)
            _window[slot] = ((int)window[2 * slot], (int)window[(2 * slot) + 1]);
        foreach (var (predicted, label) in _window.Take((int)Math.Min(Confusion.Total, _window.Length)))
            _inWindow.Add(predicted, label);
        (_fadingCorrect, _fadingTotal) = state.Take<double>("fading", 2) is [var correct, var total] ? (correct, total) : default;
    }
}
