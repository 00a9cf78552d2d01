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

    /// <summary>Classifies as <see cref="Predict"/> would if the weights that were learned last predicted; null where they do.</summary>
    Predictions? PredictAsTrained(SampleBatch batch) => null;

    /// <summary>Takes one training step on the batch and offers it to the memory.</summary>
    /// <exception cref="StepSkippedException">A number in the step is not finite; nothing has changed.</exception>
    LearnReport Learn(SampleBatch batch);

    /// <summary>Puts everything that later predictions and steps depend on, beyond what the learner was made from.</summary>
    void Save(StateArrays state);

    /// <summary>Takes what <see cref="Save"/> put: a learner made from the same options goes on as the saved one would, bit for bit.</summary>
    /// <exception cref="InvalidDataException">Something is missing or does not fit; the learner is of no further use.</exception>
    void Load(StateArrays state);
}
