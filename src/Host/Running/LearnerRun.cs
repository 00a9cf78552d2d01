using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Running;

/// <summary>One learner, the stream that it learns, and how.</summary>
/// <param name="RunId">Names the run in every event.</param>
/// <param name="Stream">The stream, opened.</param>
/// <param name="PlannedSamples">Samples to learn; null to go on until stopped.</param>
/// <param name="BatchSize">Samples in a step.</param>
/// <param name="CreateLearner">Creates the learner; called once, on the thread that will own it.</param>
internal sealed record LearnerRun(
    string RunId,
    ISampleStream Stream,
    long? PlannedSamples,
    int BatchSize,
    Func<IOnlineLearner> CreateLearner);
