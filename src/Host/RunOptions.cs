using System.Text.Json.Serialization;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host;

/// <summary>What <c>dynamos run</c> was asked to do.</summary>
/// <param name="Stream">Name of the stream to learn.</param>
/// <param name="Learner">Name of the learner.</param>
/// <param name="Buffer">Samples the replay memory holds, at least 1.</param>
/// <param name="Seed">Seed of the stream and of the learner, at least 0.</param>
/// <param name="Limit">Samples to learn at most; null for one pass, 0 for no limit.</param>
/// <param name="DataDir">Folder with the data files; null to look in the usual places.</param>
/// <param name="Out">Folder for the result files; null to write none.</param>
/// <param name="Quiet">Whether only the final table is shown.</param>
/// <param name="Threads">Threads to compute with; null for one per core.</param>
/// <param name="State">Folder for checkpoints, from which the run goes on; null to take none.</param>
/// <param name="CheckpointEvery">Samples from one checkpoint to the next, at least 1.</param>
/// <param name="Keep">Checkpoints to keep, at least 1.</param>
/// <param name="Init">File with the weights to begin with; null to draw them from the seed.</param>
/// <param name="InitHash">Hash of that file's arrays, once it has been read.</param>
/// <param name="CheckpointSeconds">Seconds after which a checkpoint is taken at the latest, at least 1; null to go by samples only.</param>
/// <param name="Set">Hyper-parameters that differ from the preset, each NAME=VALUE; null for none.</param>
/// <param name="Validation">Whether a part of the training images takes the place of the test set.</param>
/// <param name="EvaluateEvery">Samples from one held-out test to the next, besides those where hidden tasks end; 0 for none but at the end; null for
/// those where tasks end.</param>
/// <param name="Labels">Names of the classes; null where they have none.</param>
/// <param name="Device">Where to compute: cpu, cuda or cuda:N; null for CUDA where there is one.</param>
/// <param name="AdwinDelta"><see cref="DriftSettings.AdwinDelta"/>; null for the default.</param>
/// <param name="PageHinkleyThreshold"><see cref="DriftSettings.PageHinkleyThreshold"/>; null for the default.</param>
/// <param name="TensorBoard">Folder for a TensorBoard event file; null to write none.</param>
internal sealed record RunOptions(
    string Stream,
    string Learner,
    int Buffer,
    long Seed,
    long? Limit = null,
    string? DataDir = null,
    string? Out = null,
    bool Quiet = false,
    int? Threads = null,
    string? State = null,
    long CheckpointEvery = RunOptions.DefaultCheckpointEvery,
    int Keep = RunOptions.DefaultKeep,
    string? Init = null,
    string? InitHash = null,
    long? CheckpointSeconds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Set = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Validation = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? EvaluateEvery = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Labels = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Device = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? AdwinDelta = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? PageHinkleyThreshold = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TensorBoard = null)
{
    public const int DefaultBuffer = 500;
    public const long DefaultCheckpointEvery = 5000;
    public const int DefaultKeep = 3;

    /// <summary>Whether a learner has a memory, so that <see cref="Buffer"/> means something.</summary>
    public static bool HasMemory(string learner) => learner != "sgd";

    /// <summary>When the drift observers raise an alarm.</summary>
    [JsonIgnore]
    public DriftSettings Drift => new()
    {
        AdwinDelta = AdwinDelta ?? DriftSettings.DefaultAdwinDelta,
        PageHinkleyThreshold = PageHinkleyThreshold ?? DriftSettings.DefaultPageHinkleyThreshold,
    };

    /// <summary>Names the run: the same options give the same name, so that the same seed gives the same event file.</summary>
    [JsonIgnore]
    public string RunId => $"{Stream}-{Learner}-b{Buffer}-s{Seed}" + string.Concat((Set ?? []).Select(setting => $"-{setting}")) +
        (Validation ? "-validation" : string.Empty) + (InitHash is null ? string.Empty : $"-i{InitHash[..8]}");

    /// <summary>Samples the run will learn on this stream, or null if it goes on until it is stopped.</summary>
    public long? PlannedSamples(StreamDescription stream) => (Limit ?? stream.Length) switch
    {
        0 => stream.Endless ? null : stream.Length,
        var limit => stream.Endless ? limit : Math.Min(limit, stream.Length),
    };
}
