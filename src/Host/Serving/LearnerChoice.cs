using DynamosStream.Learner;

namespace DynamosStream.Host.Serving;

/// <summary>A learner that takes the place of those with a name.</summary>
/// <param name="Name">Names it in events and checkpoints.</param>
/// <param name="Create">Creates it, on the thread that will own it.</param>
internal sealed record LearnerChoice(string Name, Func<IServiceProvider, LearnerOptions, IOnlineLearner> Create);
