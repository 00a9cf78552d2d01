using DynamosStream.Streams;

namespace DynamosStream.Learner;

/// <summary>A classifier that learns a stream in a single pass, one batch a step.</summary>
/// <remarks>One thread owns a learner; no member may be called from two threads at once.</remarks>
public interface IOnlineLearner : IDisposable
{
    /// <summary>The learner's name, as on the command line.</summary>
    string Name { get; }

    /// <summary>Classifies in inference mode. Pure: no state changes, no random number is drawn.</summary>
    Predictions Predict(SampleBatch batch);

    /// <summary>Takes one training step on the batch and offers it to the memory.</summary>
    LearnReport Learn(SampleBatch batch);
}
