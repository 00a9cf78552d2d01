using System.Text.Json.Serialization;

namespace DynamosStream.Learner;

/// <summary>What the learners can be tuned by. Symbols are those of the Dynamos paper.</summary>
public sealed record HyperParameters
{
    /// <summary>Where the values come from, for a person to read.</summary>
    public required string Source { get; init; }

    /// <summary>Passes over each task of the stream: 1 for a single-pass stream.</summary>
    public required int Epochs { get; init; }

    /// <summary>Cross entropy alone, all channels on and nothing stored for so long: iterations in a single pass, else epochs.</summary>
    public int WarmUp { get; init; } = 10;

    /// <summary>B: samples in a stream batch, 1 to 4096.</summary>
    public required int StreamBatch { get; init; }

    /// <summary>M: samples drawn from memory in a step, 1 to 4096.</summary>
    public required int MemoryBatch { get; init; }

    /// <summary>alpha, at least 0: weight of the consistency of logits on memory samples.</summary>
    public required double LogitConsistency { get; init; }

    /// <summary>beta, at least 0: weight of cross entropy and policy loss on memory samples.</summary>
    public required double MemoryWeight { get; init; }

    /// <summary>alpha_p, at least 0: weight of the consistency of attention vectors on memory samples.</summary>
    public required double AttentionConsistency { get; init; }

    /// <summary>lambda, at least 0: factor on the (negative) reward of a wrong prediction.</summary>
    public required double Penalty { get; init; }

    /// <summary>gamma, at least 0: weight of the policy loss.</summary>
    public required double PolicyWeight { get; init; }

    /// <summary>w_p, at least 0: weight of the prototype loss.</summary>
    public required double PrototypeWeight { get; init; }

    /// <summary>Learning rate of plain SGD, above 0.</summary>
    public double LearningRate { get; init; } = 0.07;

    /// <summary>kr: share of channels that the reward asks to keep, in [0, 1].</summary>
    public double KeepRatio { get; init; } = 0.7;

    /// <summary>tau, above 0: temperature of the keep probabilities.</summary>
    public double Temperature { get; init; } = 0.15;

    /// <summary>Whether the agents' gradients end at the agents' inputs and do not flow on into the convolutions below.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DetachedAgents { get; init; }

    /// <summary>
    /// Whether training chooses channels by the threshold, as prediction does, and the gradient of a kept channel passes straight through the choice
    /// into the agent; the policy loss is then the squared distance of the mean keep probability from kr.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool StraightThroughGates { get; init; }

    /// <summary>b, any finite number: keep probabilities are sigmoid(v / tau + b). With 0 an agent that has learned nothing is undecided, with 2.2 it keeps a channel with probability 0.9.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double GateBias { get; init; }

    /// <summary>Whether a kept channel is multiplied by its keep probability, in training and in prediction.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WeightedGates { get; init; }

    /// <summary>Whether a block's shortcut passes by its second gate, so that a dropped channel keeps what came in.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool UngatedShortcuts { get; init; }

    /// <summary>Whether the policy loss weighs a sample's reward against the mean reward of the batch's other samples, in each layer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RewardBaseline { get; init; }

    /// <summary>Whether a sample that the memory keeps replaces one of the class that has the most there, so that classes are balanced.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool BalancedMemory { get; init; }

    /// <summary>The most by which a memory image is shifted along each side when it is replayed, as a share of that side, in [0, 1]; drawn anew each time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double ReplayShift { get; init; }

    /// <summary>Decay of the running average of the weights that predicts, from 0 to below 1; 0: the weights as they were learned last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double WeightAverage { get; init; }

    /// <summary>Memory samples on which the BatchNorm statistics for prediction are measured, at least 0; 0: the running ones of training.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MemoryStatistics { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; names it and the range.</exception>
    public void Validate()
    {
        RequireWithin(nameof(Epochs), Epochs, 1, 1000);
        RequireWithin(nameof(WarmUp), WarmUp, 0, int.MaxValue);
        RequireWithin(nameof(StreamBatch), StreamBatch, 1, 4096);
        RequireWithin(nameof(MemoryBatch), MemoryBatch, 1, 4096);
        RequireAtLeastZero(nameof(LogitConsistency), LogitConsistency);
        RequireAtLeastZero(nameof(MemoryWeight), MemoryWeight);
        RequireAtLeastZero(nameof(AttentionConsistency), AttentionConsistency);
        RequireAtLeastZero(nameof(Penalty), Penalty);
        RequireAtLeastZero(nameof(PolicyWeight), PolicyWeight);
        RequireAtLeastZero(nameof(PrototypeWeight), PrototypeWeight);
        Require(nameof(LearningRate), LearningRate, LearningRate > 0, "above 0");
        Require(nameof(KeepRatio), KeepRatio, KeepRatio is >= 0 and <= 1, "from 0 to 1");
        Require(nameof(ReplayShift), ReplayShift, ReplayShift is >= 0 and <= 1, "from 0 to 1");
        Require(nameof(WeightAverage), WeightAverage, WeightAverage is >= 0 and < 1, "from 0 to below 1");
        Require(nameof(GateBias), GateBias, true, "of any size");
        RequireWithin(nameof(MemoryStatistics), MemoryStatistics, 0, 1_000_000);
        Require(nameof(Temperature), Temperature, Temperature > 0, "above 0");
    }

    private static void RequireWithin(string name, int value, int low, int high) =>
        Require(name, value, value >= low && value <= high, $"from {low} to {high}");

    private static void RequireAtLeastZero(string name, double value) => Require(name, value, value >= 0, "of at least 0");

    private static void Require(string name, double value, bool inRange, string range)
    {
        if (!inRange || !double.IsFinite(value))
            throw new ArgumentOutOfRangeException(name, value, $"Expected a finite value {range}.");
    }
}
