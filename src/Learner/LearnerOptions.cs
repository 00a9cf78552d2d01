using DynamosStream.Streams;

namespace DynamosStream.Learner;

/// <summary>What a learner is made from.</summary>
public sealed record LearnerOptions
{
    /// <summary>Seed of the initial weights and of every later draw.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Shape of every sample: 1 or 3 channels.</summary>
    public required SampleShape Shape { get; init; }

    /// <summary>Number of classes, at least 2.</summary>
    public required int Classes { get; init; }

    /// <summary>Samples the memory can hold, at least 1.</summary>
    public int BufferSize { get; init; } = 500;

    /// <summary>Loss weights, batch sizes and the like; see <see cref="HyperParameterPresets"/>.</summary>
    public required HyperParameters HyperParameters { get; init; }

    /// <summary>Channels of the network's first half, a multiple of 8; the second half has twice as many. The paper's 32.</summary>
    public int BaseFilters { get; init; } = 32;

    /// <summary>Weights and BatchNorm statistics to begin with, under PyTorch's names (docs/reliability.md); null to draw them from the seed.</summary>
    public StateArrays? InitialWeights { get; init; }

    /// <summary>Where the network lives, as Torch spells it: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; names it and what was expected.</exception>
    public void Validate()
    {
        Require(nameof(Shape), Shape, Shape.Channels is 1 or 3, "1 or 3 channels");
        Require(nameof(Shape), Shape, Shape.Height >= 4 && Shape.Width >= 4, "at least 4 rows and columns");
        Require(nameof(Classes), Classes, Classes is >= 2 and <= 10_000, "from 2 to 10000");
        Require(nameof(BufferSize), BufferSize, BufferSize is >= 1 and <= 10_000_000, "from 1 to 10000000");
        Require(nameof(BaseFilters), BaseFilters, BaseFilters is >= 8 and <= 1024 && BaseFilters % 8 == 0, "a multiple of 8 from 8 to 1024");
        HyperParameters.Validate();
        Require(nameof(HyperParameters.Epochs), HyperParameters.Epochs, HyperParameters.Epochs == 1, "1: the learners take a single pass");
    }

    private static void Require(string name, object value, bool valid, string expected)
    {
        if (!valid)
            throw new ArgumentOutOfRangeException(name, value, $"Expected {expected}.");
    }
}
