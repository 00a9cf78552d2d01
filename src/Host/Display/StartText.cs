using DynamosStream.Host.Running;
using DynamosStream.Learner;
using Spectre.Console;
using static System.FormattableString;

namespace DynamosStream.Host.Display;

/// <summary>What is shown before the first sample: the options in effect and where the hyper-parameters come from.</summary>
internal static class StartText
{
    public static void Write(IAnsiConsole console, RunOptions options, LearnerRun run, HyperParameters hyperParameters)
    {
        var stream = run.Stream.Description;
        var length = run.PlannedSamples is { } count ? $"{Units.Count(count)} samples" : "until it is stopped";
        console.WriteLine($"dynamos {ProductVersion.Text}");
        WriteRow("stream", $"{stream.Name}: {length}, {stream.Classes} classes, {stream.Shape}");
        var buffer = RunOptions.HasMemory(options.Learner) ? $"buffer {Units.Count(options.Buffer)}, " : string.Empty;
        WriteRow("learner", $"{options.Learner}: {buffer}seed {options.Seed}, {Units.Where(options.Device)}");
        WriteRow("settings", hyperParameters.Source);
        foreach (var line in Values(hyperParameters))
            WriteRow(string.Empty, line);
        if (options.Init is not null)
            WriteRow("weights", $"from {options.Init}");
        if (run.State is { } state)
            WriteRow("state", $"{options.State}: {(state.Resumed is null ? "begins" : $"goes on after {Units.Count(state.Sequence)} samples")}");
        foreach (var change in run.State?.Changes ?? [])
            WriteRow(string.Empty, change);

        void WriteRow(string name, string value) => console.WriteLine(Units.Row(name, value));
    }

    private static string[] Values(HyperParameters h) =>
    [
        Invariant($"batch {h.StreamBatch}+{h.MemoryBatch} replayed, learning rate {h.LearningRate}") +
            Invariant($", keep ratio {h.KeepRatio}, tau {h.Temperature}"),
        Invariant($"alpha {h.LogitConsistency}, beta {h.MemoryWeight}, alpha_p {h.AttentionConsistency}") +
            Invariant($", lambda {h.Penalty}, gamma {h.PolicyWeight}, w_p {h.PrototypeWeight}"),
        .. Additions(h),
    ];

    private static string[] Additions(HyperParameters h)
    {
        string?[] additions =
        [
            h.WeightAverage > 0 ? Invariant($"weights averaged at {h.WeightAverage}") : null,
            h.MemoryStatistics > 0 ? Invariant($"statistics from {h.MemoryStatistics} memory samples") : null,
            h.StraightThroughGates ? "straight-through gates" : null,
            h.GateBias != 0 ? Invariant($"gate bias {h.GateBias}") : null,
            h.WeightedGates ? "weighted gates" : null,
            h.UngatedShortcuts ? "ungated shortcuts" : null,
            h.BalancedMemory ? "balanced memory" : null,
            h.ReplayShift > 0 ? Invariant($"replay shifted by up to {h.ReplayShift} of a side") : null,
            h.DetachedAgents ? "detached agents" : null,
            h.RewardBaseline ? "reward baseline" : null,
        ];
        var text = string.Join(", ", additions.OfType<string>());
        return text.Length == 0 ? [] : [text];
    }
}
