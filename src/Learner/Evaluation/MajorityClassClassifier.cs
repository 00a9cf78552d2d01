namespace DynamosStream.Learner;

/// <summary>Baseline that predicts the most frequent label so far, the lowest among equals; class 0 before the first.</summary>
internal sealed class MajorityClassClassifier(int classes)
{
    private readonly long[] _counts = new long[classes];

    public int Prediction { get; private set; }

    public void Learn(int label)
    {
        var count = ++_counts[label];
        if (count > _counts[Prediction] || (count == _counts[Prediction] && label < Prediction))
            Prediction = label;
    }

    public void Save(StateArrays state) => state.Put("majority_counts", [.. _counts], _counts.Length);

    public void Load(StateArrays state)
    {
        state.Take<long>("majority_counts", _counts.Length).CopyTo(_counts, 0);
        Prediction = Array.IndexOf(_counts, _counts.Max());
    }
}
