using System.Globalization;
using DynamosStream.Host.Report;

namespace DynamosStream.Host.Sweeps;

/// <summary>A sweep's table as Markdown, in percent, and as CSV, shares as they are.</summary>
internal static class SweepTableText
{
    private const string None = "–";

    public static string Markdown(SweepTable table)
    {
        var (grid, all) = (table.Grid, table.Rows.Count * table.Grid.Seeds.Count);
        List<string> lines =
        [
            "# Sweep",
            string.Empty,
            $"{table.Cells.Count} of {all} cells finished; dynamos {table.Version}; {grid.InCommon}; seeds {string.Join(", ", grid.Seeds)}.",
            "In %, mean ± sample standard deviation over the seeds; the number of seeds where it is less than all.",
        ];
        foreach (var stream in grid.Streams)
        {
            lines.AddRange([string.Empty, $"## {stream}", string.Empty, "Held-out accuracy:", string.Empty, .. Accuracies(table, stream)]);
            lines.AddRange([string.Empty, "Everything measured:", string.Empty, .. Measures(table, stream)]);
        }

        if (table.Published.Count > 0)
            lines.AddRange([string.Empty, $"Published: {PublishedResults.Source}."]);
        return string.Concat(lines.Select(line => line + "\n"));
    }

    /// <summary>One line a group.</summary>
    public static string GroupsCsv(SweepTable table)
    {
        var names = table.Measures();
        return Csv(
            ["stream", "learner", "buffer", "seeds", .. names.SelectMany(name => (string[])[$"{name} mean", $"{name} sd"])],
            table.Rows.Select(row => (string[])[row.Stream, row.Learner, Text(row.Buffer), Text(row.Seeds), .. names.SelectMany(name => Values(row.Measures.GetValueOrDefault(name)))]));

        static string[] Values(Spread? spread) => [Text(spread?.Mean), Text(spread?.Sd)];
    }

    /// <summary>One line a finished cell.</summary>
    public static string CellsCsv(SweepTable table)
    {
        var names = table.Measures();
        return Csv(
            ["run", "stream", "learner", "buffer", "seed", "samples", .. names],
            table.Cells.Select(cell => (string[])
            [
                cell.RunId, cell.Stream, cell.Learner, Text(cell.Buffer), Text(cell.Seed), Text(cell.Samples),
                .. names.Select(name => Text(cell.Measures.TryGetValue(name, out var value) ? value : null)),
            ]));
    }

    /// <summary>
    /// Learners by size of memory, each with what its weights as trained say and what was published of it below. One without a memory has
    /// the same result in each column.
    /// </summary>
    private static IEnumerable<string> Accuracies(SweepTable table, string stream)
    {
        var (grid, published) = (table.Grid, table.Published.Where(result => result.Stream == stream).ToArray());
        yield return Row(["learner", .. grid.Buffers.Select(buffer => $"buffer {buffer.ToString("N0", CultureInfo.InvariantCulture)}")]);
        yield return Ruler(1, grid.Buffers.Count);
        foreach (var learner in grid.Learners)
        {
            yield return Row([learner, .. grid.Buffers.Select(buffer => Text(Find(learner, buffer), CellResult.HeldOut, grid))]);
            if (grid.Buffers.Any(buffer => Find(learner, buffer)?.Measures.ContainsKey(CellResult.AsTrained) == true))
                yield return Row([$"{learner}, as trained", .. grid.Buffers.Select(buffer => Text(Find(learner, buffer), CellResult.AsTrained, grid))]);
            foreach (var line in PublishedRows(published.Where(result => result.Learner == learner || (result.Learner == Plain(learner) && !grid.Learners.Contains(Plain(learner))))))
                yield return line;
        }

        foreach (var line in PublishedRows(published.Where(result => result.Learner is null)))
            yield return line;

        SweepRow? Find(string learner, int buffer) =>
            table.Rows.FirstOrDefault(row => row.Stream == stream && row.Learner == learner && (row.Buffer ?? buffer) == buffer);

        // What a learner with a + is as trained.
        static string Plain(string learner) => learner.TrimEnd('+');

        IEnumerable<string> PublishedRows(IEnumerable<PublishedResult> results) =>
            from result in results
            group result by result.Method into method
            select Row([
                $"*published: {method.Key}*",
                .. grid.Buffers.Select(buffer => method.FirstOrDefault(result => (result.Buffer ?? buffer) == buffer) is { } found
                    ? $"*{Percent(new Spread(found.Mean, found.Sd))}*"
                    : None),
            ]);
    }

    private static IEnumerable<string> Measures(SweepTable table, string stream)
    {
        SweepRow[] rows = [.. table.Rows.Where(row => row.Stream == stream)];
        string[] names = [.. table.Measures().Where(name => rows.Any(row => row.Measures.ContainsKey(name)))];
        yield return Row(["learner", "buffer", "seeds", .. names.Select(Words)]);
        yield return Ruler(1, names.Length + 2);
        foreach (var row in rows)
            yield return Row([row.Learner, row.Buffer is { } buffer ? buffer.ToString("N0", CultureInfo.InvariantCulture) : None, Text(row.Seeds), .. names.Select(name => Text(row, name, table.Grid))]);
    }

    private static string Text(SweepRow? row, string measure, SweepGrid grid)
    {
        if (row?.Measures.GetValueOrDefault(measure) is not { } spread)
            return None;
        return row.Seeds == grid.Seeds.Count ? Percent(spread) : $"{Percent(spread)} ({row.Seeds} of {grid.Seeds.Count})";
    }

    private static string Percent(Spread spread) => spread.Sd is { } sd ? $"{Percent(spread.Mean)} ± {Percent(sd)}" : Percent(spread.Mean);

    private static string Percent(double share) => (100 * share).ToString("F2", CultureInfo.InvariantCulture);

    /// <summary>A name in camel case as words.</summary>
    private static string Words(string name) =>
        string.Concat(name.Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : letter == '.' ? ": " : $"{letter}"));

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string Ruler(int names, int numbers) =>
        $"|{string.Concat(Enumerable.Repeat("---|", names))}{string.Concat(Enumerable.Repeat("---:|", numbers))}";

    private static string Csv(IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows) =>
        string.Concat(rows.Prepend(header).Select(row => string.Join(',', row) + "\n"));

    private static string Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? string.Empty;
}
