namespace DynamosStream.Learner;

/// <summary>Baseline that predicts the previous sample's label; class 0 before the first.</summary>
internal sealed class NoChangeClassifier
{
    public int Prediction { get; private set; }

    public void Learn(int label) => Prediction = label;
}
