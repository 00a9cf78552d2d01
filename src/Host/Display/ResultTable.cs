using DynamosStream.Host.Running;
using DynamosStream.Learner;
using Spectre.Console;

namespace DynamosStream.Host.Display;

/// <summary>The end of a run: a table of the accuracies, and below it what the run took.</summary>
internal static class ResultTable
{
    public static void Write(IAnsiConsole console, RunOptions options, RunResult result, long peakMemoryBytes)
    {
        console.Write(Accuracies(options.Learner, result));
        foreach (var line in Facts(options, result, peakMemoryBytes))
            console.WriteLine(line);
    }

    private static Table Accuracies(string learner, RunResult result)
    {
        var (loop, samples) = (result.Loop, result.Samples);
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumn("accuracy");
        table.AddColumn(new TableColumn($"[bold]{learner}[/]").RightAligned());
        table.AddColumn(new TableColumn("no change").RightAligned());
        table.AddColumn(new TableColumn("majority class").RightAligned());
        AddRow($"prequential, all {Units.Count(samples)} samples", a => a.Cumulative);
        AddRow($"prequential, last {Units.Count(Math.Min(samples, loop.Accuracy.Window))} samples", a => a.Window);
        AddKappa("  Cohen's kappa, all", k => k.Cumulative);
        AddKappa("  Cohen's kappa, last", k => k.Window);
        if (result.HeldOut is { } test)
            table.AddRow($"held-out test, {Units.Count(test.Total)} samples", $"[bold]{Units.Percent(test.Accuracy)}[/]");
        if (result.AsTrained is { } asTrained)
            table.AddRow("  by the weights as trained", $"[bold]{Units.Percent(asTrained.Accuracy)}[/]");
        return table;

        void AddKappa(string name, Func<RunningKappa, double> part) => table.AddRow(
            name,
            $"[bold]{Units.Kappa(part(loop.Accuracy.Kappa))}[/]",
            Units.Kappa(part(loop.NoChange.Kappa)),
            Units.Kappa(part(loop.MajorityClass.Kappa)));

        void AddRow(string name, Func<RunningAccuracy, double> part) => table.AddRow(
            name,
            $"[bold]{Units.Percent(part(loop.Accuracy.Current))}[/]",
            Units.Percent(part(loop.NoChange.Current)),
            Units.Percent(part(loop.MajorityClass.Current)));
    }

    private static IEnumerable<string> Facts(RunOptions options, RunResult result, long peakMemoryBytes)
    {
        yield return Units.Row("baselines", "no change: the label before; majority class: the most frequent");
        if (!result.Completed)
            yield return Units.Row("stopped", "before the end: these are the numbers so far");
        else if (result.HeldOut is null)
            yield return Units.Row("stopped", "during the held-out test, after the last sample was learned");
        var speed = $"{Units.Duration(result.Learning)}, {Units.PerSecond(result.SamplesPerSecond)}";
        var before = result.SamplesBefore == 0 ? string.Empty : $", the last {Units.Count(result.Samples - result.SamplesBefore)} of them";
        yield return Units.Row("learned", $"{Units.Count(result.Samples)} samples{before} in {speed}");
        var ledger = result.Ledger;
        yield return Units.Row(
            "ledger", $"{Units.Count(ledger.Offered)} offered - {Units.Count(ledger.Dropped)} dropped = {Units.Count(ledger.Accepted)} accepted");
        yield return Units.Row(
            string.Empty,
            $"= {Units.Count(ledger.Trained)} trained + {Units.Count(ledger.DeadLettered)} dead-lettered" +
            $" + {Units.Count(ledger.Skipped)} skipped + {Units.Count(ledger.InFlight)} in flight");
        var alarms = result.Loop.Drift;
        yield return Units.Row("drift", alarms.Last.Count == 0
            ? "no alarm"
            : $"{Units.Count(alarms.Counts.Adwin)} alarms by ADWIN, {Units.Count(alarms.Counts.PageHinkley)} by Page-Hinkley, the last at sample {Units.Count(alarms.Last[^1].Sequence)}");
        if (result.Tests is { Tasks.Count: > 0, Last: not null } tests)
        {
            yield return Units.Row("tasks", Measures(tests.ClassIncremental));
            yield return Units.Row("", $"among a task's own classes: {Measures(tests.TaskMasked)}");
        }

        if (result.LastEvent?.PredictionKeptShare is { Count: > 0 } kept)
            yield return Units.Row("gates", $"{Units.WholePercent(kept.Average())} of the gated channels kept");
        if (result.LastEvent?.PredictionMultiplyAdds is { Dense: > 0 } work)
            yield return Units.Row("prediction", $"{Units.Millions(work.Done)} of {Units.Millions(work.Dense)} million multiply-adds a sample");
        if (result.LastEvent?.Step is { BufferCapacity: > 0 } step)
            yield return Units.Row("buffer", $"{Units.Count(step.BufferCount)} of {Units.Count(step.BufferCapacity)} samples");
        yield return Units.Row("memory", $"{Units.Mebibytes(peakMemoryBytes)} at the peak");
        if (options.Out is { } folder)
            yield return Units.Row("results", folder);
    }

    private static string Measures(TaskMeasures measures) => string.Join(", ", new (string Name, double? Value)[]
    {
        ("average", measures.Average),
        ("anytime", measures.Anytime),
        ("forgetting", measures.Forgetting),
        ("backward transfer", measures.BackwardTransfer),
        ("forward transfer", measures.ForwardTransfer),
    }.Where(measure => measure.Value is not null).Select(measure => $"{measure.Name} {Units.Percent(measure.Value!.Value)}"));
}
