using DynamosStream.Host.Checkpoints;
using DynamosStream.Learner;

namespace DynamosStream.Host.Running;

/// <summary>What a learner's thread owns: nobody else may touch it but between two steps.</summary>
/// <param name="Learner">The learner.</param>
/// <param name="Loop">Its evaluation.</param>
/// <param name="Checkpoints">Takes its checkpoints; null for a run without.</param>
/// <param name="LastEvent">The last event before this start; null for none.</param>
internal sealed record LearnerSession(IOnlineLearner Learner, PrequentialLoop Loop, Checkpointer? Checkpoints, AccuracyEvent? LastEvent);
