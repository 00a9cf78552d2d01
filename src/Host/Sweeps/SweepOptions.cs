namespace DynamosStream.Host.Sweeps;

/// <summary>What <c>dynamos sweep</c> was asked to do.</summary>
/// <param name="Grid">What to run.</param>
/// <param name="Out">Folder for the results.</param>
/// <param name="DataDir">Folder with the data files; null to look in the usual places.</param>
/// <param name="Parallel">Cells that run at a time, at least 1.</param>
/// <param name="KeepState">Whether a finished cell's checkpoints are kept.</param>
internal sealed record SweepOptions(SweepGrid Grid, string Out, string? DataDir, int Parallel, bool KeepState = false);
