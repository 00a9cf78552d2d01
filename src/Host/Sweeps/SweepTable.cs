using DynamosStream.Host.Report;

namespace DynamosStream.Host.Sweeps;

/// <summary>What a sweep has come to so far.</summary>
/// <param name="Version">Version of the program.</param>
/// <param name="Grid">What is run.</param>
/// <param name="Rows">One for each group, in the order of the grid.</param>
/// <param name="Cells">The finished cells behind it.</param>
/// <param name="Published">What was published on these streams, if whole streams are learned and tested; the learner tells which row it belongs to.</param>
internal sealed record SweepTable(
    string Version, SweepGrid Grid, IReadOnlyList<SweepRow> Rows, IReadOnlyList<CellResult> Cells, IReadOnlyList<PublishedResult> Published)
{
    /// <summary>Makes the table of the cells that are finished.</summary>
    public static SweepTable Of(SweepGrid grid, IReadOnlyCollection<CellResult> results)
    {
        CellResult[] cells = [.. from @group in grid.Groups() from seed in grid.Seeds from cell in results where cell.Group == @group && cell.Seed == seed select cell];
        return new SweepTable(
            ProductVersion.Text,
            grid,
            [.. grid.Groups().Select(group => SweepRow.Of(group, [.. cells.Where(cell => cell.Group == group)]))],
            cells,
            [.. grid is { Limit: null, Validation: false } ? grid.Streams.SelectMany(stream => PublishedResults.On(stream, grid.Buffers)) : []]);
    }

    /// <summary>The names of all measures, in the order in which they come.</summary>
    public IReadOnlyList<string> Measures() => [.. Cells.SelectMany(cell => cell.Measures.Keys).Distinct()];
}

/// <summary>A group's measures over its seeds.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Learner">The learner.</param>
/// <param name="Buffer">Samples that its memory can hold; null for a learner without one.</param>
/// <param name="Seeds">Cells that are finished.</param>
/// <param name="Measures">Mean and standard deviation by name.</param>
internal sealed record SweepRow(string Stream, string Learner, int? Buffer, int Seeds, IReadOnlyDictionary<string, Spread> Measures)
{
    public static SweepRow Of(SweepGroup group, IReadOnlyList<CellResult> cells) => new(
        group.Stream,
        group.Learner,
        group.Buffer,
        cells.Count,
        cells.SelectMany(cell => cell.Measures.Keys).Distinct().ToDictionary(
            name => name,
            name => Spread.Of(cells.Select(cell => cell.Measures.TryGetValue(name, out var value) ? value : (double?)null))!));
}
