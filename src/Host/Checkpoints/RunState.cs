using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Checkpoints;

/// <summary>A run's state folder, and where the run goes on.</summary>
internal sealed class RunState : IDisposable
{
    private readonly CheckpointStore _store;
    private readonly Func<RunProgress, CheckpointManifest> _manifestAt;

    private RunState(CheckpointStore store, Func<RunProgress, CheckpointManifest> manifestAt) =>
        (_store, _manifestAt) = (store, manifestAt);

    /// <summary>Samples from one checkpoint to the next.</summary>
    public long Every { get; private init; }

    /// <summary>Checkpoints to keep.</summary>
    public int Keep { get; private init; }

    /// <summary>Time after which a checkpoint is taken at the latest; infinite to go by samples only.</summary>
    public TimeSpan Latest { get; private init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The checkpoint from which the run goes on; null for one that begins.</summary>
    public Checkpoint? Resumed { get; private init; }

    /// <summary>Where the run was at each checkpoint that can be used, the oldest first.</summary>
    public IReadOnlyList<RunProgress> Kept { get; private init; } = [];

    /// <summary>Samples learned before this start.</summary>
    public long Sequence => Resumed?.Manifest.Progress.Sequence ?? 0;

    /// <summary>Options that are not what they were, in words.</summary>
    public IReadOnlyList<string> Changes { get; private init; } = [];

    /// <summary>Opens the folder for this process alone and reads its newest checkpoint that is whole.</summary>
    /// <param name="options">With a state folder, and <see cref="RunOptions.InitHash"/> where there is a file to begin with.</param>
    /// <param name="stream">The stream, opened.</param>
    /// <param name="hyperParameters">The values in effect.</param>
    /// <param name="files">Does every operation on checkpoint files.</param>
    /// <param name="report">Receives why a checkpoint was refused.</param>
    /// <exception cref="IOException">The folder is in use by another process, or cannot be written to.</exception>
    /// <exception cref="InvalidDataException">None of its checkpoints can be used, or they are of a run with other settings.</exception>
    public static RunState Open(
        RunOptions options, StreamDescription stream, HyperParameters hyperParameters, IFiles files, Action<string> report)
    {
        var settings = RunSettings.Deciding(options, stream, hyperParameters);
        var free = RunSettings.Free(options);
        var hash = RunSettings.Hash(settings);
        var store = new CheckpointStore(options.State!, options.Keep, files);
        try
        {
            var resumed = store.ReadNewest(report);
            if (resumed is not null)
                RequireSameSettings(options.State!, resumed.Manifest.Settings, settings);
            return new RunState(store, at => new CheckpointManifest(ProductVersion.Text, options.RunId, hash, settings, free, at))
            {
                Every = options.CheckpointEvery,
                Latest = options.CheckpointSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan,
                Keep = options.Keep,
                Resumed = resumed,
                Kept = resumed is { Manifest: var newest } ? [.. store.ReadBefore(newest.Progress.Sequence).Append(newest).Select(manifest => manifest.Progress)] : [],
                Changes = resumed is null ? [] : [.. Changed(resumed.Manifest.Options, free)],
            };
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Returns when a checkpoint of the run is on the disk.</summary>
    /// <param name="progress">Where the run is.</param>
    /// <param name="arrays">The state there.</param>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Save(RunProgress progress, StateArrays arrays)
    {
        try
        {
            _store.Save(new Checkpoint(_manifestAt(progress), arrays));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the checkpoint after {progress.Sequence} samples could not be written: {e.Message}", e);
        }
    }

    public void Dispose() => _store.Dispose();

    private static void RequireSameSettings(
        string folder, IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now)
    {
        if (RunSettings.Differences(before, now).FirstOrDefault() is ({ } name, var was, var value))
        {
            throw new InvalidDataException(
                $"--state '{folder}' holds a run with {name} '{was}', but here it is '{value}': the state would mean something else. " +
                "Give the same, or another folder.");
        }
    }

    private static IEnumerable<string> Changed(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now) =>
        RunSettings.Differences(before, now).Select(option => $"{option.Name} is {option.Now}, was {option.Before}");
}
