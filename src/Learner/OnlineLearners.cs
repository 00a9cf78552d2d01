namespace DynamosStream.Learner;

/// <summary>The learners by name.</summary>
public static class OnlineLearners
{
    /// <summary>Every name that <see cref="Create"/> knows, the simplest learner first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sgd", "er", "der", "derpp", "dynamos", "er+", "derpp+", "dynamos+"];

    /// <summary>Makes a learner with fresh weights drawn from the seed.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">Checked here.</param>
    /// <exception cref="ArgumentException">The name is unknown, or an option is out of its range.</exception>
    public static IOnlineLearner Create(string name, LearnerOptions options)
    {
        options.Validate();
        return name switch
        {
            "sgd" => new SgdLearner(options),
            "er" or "er+" => new ReplayLearner(name, options, replayLabels: true, replayLogits: false),
            "der" => new ReplayLearner(name, options, replayLabels: false, replayLogits: true),
            "derpp" or "derpp+" => new ReplayLearner(name, options, replayLabels: true, replayLogits: true),
            "dynamos" or "dynamos+" => new DynamosLearner(name, options),
            _ => throw new ArgumentException($"No learner is named '{name}'; expected one of {string.Join(", ", Names)}.", nameof(name)),
        };
    }
}
