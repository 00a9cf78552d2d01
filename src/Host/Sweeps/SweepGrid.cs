using System.Text.Json.Serialization;
using DynamosStream.Host.Display;

namespace DynamosStream.Host.Sweeps;

/// <summary>Every learner on every stream, with every size of memory, for every seed.</summary>
/// <param name="Streams">Names of streams.</param>
/// <param name="Learners">Names of learners.</param>
/// <param name="Buffers">Samples that the memory can hold.</param>
/// <param name="Seeds">Seeds of everything random.</param>
/// <param name="Limit">Samples to learn at most, at least 1; null for one pass.</param>
/// <param name="Set">Hyper-parameters that differ from the preset, each NAME=VALUE; null for none.</param>
/// <param name="Validation">Whether a part of the training images takes the place of the test set.</param>
internal sealed record SweepGrid(
    IReadOnlyList<string> Streams,
    IReadOnlyList<string> Learners,
    IReadOnlyList<int> Buffers,
    IReadOnlyList<long> Seeds,
    long? Limit = null,
    IReadOnlyList<string>? Set = null,
    bool Validation = false)
{
    /// <summary>What all its runs have in common, in words.</summary>
    [JsonIgnore]
    public string InCommon => string.Join(
        "; ",
        [
            Limit is { } limit ? $"at most {Units.Count(limit)} samples" : "one pass",
            .. Set ?? [],
            .. Validation ? (string[])["tested on held-out training images"] : [],
        ]);

    /// <summary>What differs by seed only, in the order of the lists. A learner without a memory is one group, whatever the sizes.</summary>
    public IEnumerable<SweepGroup> Groups() =>
        from stream in Streams
        from learner in Learners
        from buffer in RunOptions.HasMemory(learner) ? Buffers.Cast<int?>() : [null]
        select new SweepGroup(stream, learner, buffer);
}

/// <summary>Cells that differ by seed only.</summary>
/// <param name="Stream">Name of the stream.</param>
/// <param name="Learner">Name of the learner.</param>
/// <param name="Buffer">Samples that the memory can hold; null for a learner without one.</param>
internal sealed record SweepGroup(string Stream, string Learner, int? Buffer);
