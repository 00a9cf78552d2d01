using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Display;
using DynamosStream.Learner;

namespace DynamosStream.Host.Sweeps;

/// <summary>Runs the cells that are not finished, several at a time, and keeps the table up to date.</summary>
internal sealed class Sweep
{
    private readonly SweepOptions _options;
    private readonly SweepFolder _folder;
    private readonly IReadOnlyList<SweepCell> _waiting;
    private readonly List<CellResult> _results = [];
    private readonly List<string> _failures = [];
    private readonly Lock _gate = new();

    /// <summary>Finds out which cells are finished and writes the table of them.</summary>
    /// <exception cref="InvalidDataException">A cell's folder holds another run, or a finished cell lacks the checkpoint that is to be kept.</exception>
    public Sweep(SweepOptions options, SweepFolder folder, IReadOnlyList<SweepCell> cells)
    {
        (_options, _folder) = (options, folder);
        var results = cells.Select(cell => (Cell: cell, Result: CellResult.Read(cell))).ToArray();
        foreach (var (cell, result) in results.Where(known => known.Result is not null))
        {
            Finish(cell);
            _results.Add(result!);
        }

        List<string> simplestFirst = [.. OnlineLearners.Names];
        // What may take longest goes first, so that no core is left alone with it at the end.
        _waiting =
        [
            .. results.Where(known => known.Result is null).Select(known => known.Cell)
                .OrderByDescending(cell => cell.Samples)
                .ThenByDescending(cell => simplestFirst.IndexOf(cell.Options.Learner)),
        ];
        WriteTable();
        Progress = new SweepProgress(TimeProvider.System, _results.Count, _waiting);
    }

    public SweepProgress Progress { get; }

    /// <summary>The finished cells so far.</summary>
    public SweepTable Table => SweepTable.Of(_options.Grid, _results);

    /// <summary>Runs them all; one that fails keeps none of the others from it.</summary>
    /// <param name="stop">Asks the cells that run to take a checkpoint and to end, and starts no other.</param>
    /// <returns>Why cells failed.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken stop)
    {
        try
        {
            await Parallel.ForEachAsync(
                _waiting, new ParallelOptions { MaxDegreeOfParallelism = _options.Parallel, CancellationToken = stop }, RunAsync);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What is finished stands; the same command goes on.
        }

        return _failures;
    }

    private async ValueTask RunAsync(SweepCell cell, CancellationToken stop)
    {
        Progress.Begin(cell);
        var failure = await CellProcess.RunAsync(cell, samples => Progress.Learned(cell, samples), stop);
        var result = failure is null ? CellResult.Read(cell) : null;
        lock (_gate)
        {
            if (result is not null)
            {
                Finish(cell);
                _results.Add(result);
                WriteTable();
            }
            else if (!stop.IsCancellationRequested)
            {
                failure ??= "it was stopped before its end";
                _failures.Add($"cell {cell.RunId} failed: {failure}");
            }

            Progress.End(cell, result, failure);
        }
    }

    /// <summary>A finished cell needs its checkpoints only to be looked into.</summary>
    private void Finish(SweepCell cell)
    {
        var exists = Directory.Exists(cell.State);
        if (exists && !_options.KeepState)
            Directory.Delete(cell.State, recursive: true);
        else if (_options.KeepState && !(exists && CheckpointFile.AllIn(cell.State).Count > 0))
            throw new InvalidDataException($"cell {cell.RunId} in '{cell.Folder}' is finished, but its checkpoints were not kept; give another --out.");
    }

    private void WriteTable() => _folder.Write(Table);
}
