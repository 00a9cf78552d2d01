namespace DynamosStream.Learner;

/// <summary>A learner's knowledge at one moment. It predicts what the learner would have predicted then, bit for bit, and never learns.</summary>
/// <remarks>It may be used by any thread, one at a time, while the learner learns, and also after the learner is gone.</remarks>
public interface IPredictor : IDisposable
{
    /// <summary>Classifies samples whose labels nobody needs to know.</summary>
    /// <param name="features">The features of each, <see cref="Streams.SampleShape.Length"/> of them.</param>
    Predictions Predict(IReadOnlyList<ReadOnlyMemory<float>> features);
}
