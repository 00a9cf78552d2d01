namespace DynamosStream.Learner;

/// <summary>Baseline that predicts the previous sample's label; class 0 before the first.</summary>
internal sealed class NoChangeClassifier
{
    public int Prediction { get; private set; }

    public void Learn(int label) => Prediction = label;

    public void Save(StateArrays state) => state.Put("last_label", [(long)Prediction]);

    public void Load(StateArrays state, int classes)
    {
        var label = state.TakeCount("last_label");
        Prediction = label < classes ? (int)label : throw new InvalidDataException($"The last label is {label}; expected 0 to {classes - 1}.");
    }
}
