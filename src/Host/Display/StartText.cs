using DynamosStream.Learner;
using DynamosStream.Streams;
using Spectre.Console;
using TorchSharp;
using static System.FormattableString;

namespace DynamosStream.Host.Display;

/// <summary>What is shown before the first sample: the options in effect and where the hyper-parameters come from.</summary>
internal static class StartText
{
    private const string LearnerWithoutMemory = "sgd";

    public static void Write(
        IAnsiConsole console, RunOptions options, StreamDescription stream, long? plannedSamples, HyperParameters hyperParameters)
    {
        var length = plannedSamples is { } count ? $"{Units.Count(count)} samples" : "until it is stopped";
        console.WriteLine($"dynamos {ProductVersion.Text}");
        WriteRow("stream", $"{stream.Name}: {length}, {stream.Classes} classes, {stream.Shape}");
        var buffer = options.Learner == LearnerWithoutMemory ? string.Empty : $"buffer {Units.Count(options.Buffer)}, ";
        WriteRow("learner", $"{options.Learner}: {buffer}seed {options.Seed}, threads {torch.get_num_threads()}");
        WriteRow("settings", hyperParameters.Source);
        foreach (var line in Values(hyperParameters))
            WriteRow(string.Empty, line);

        void WriteRow(string name, string value) => console.WriteLine(Units.Row(name, value));
    }

    private static string[] Values(HyperParameters h) =>
    [
        Invariant($"batch {h.StreamBatch}+{h.MemoryBatch} replayed, learning rate {h.LearningRate}") +
            Invariant($", keep ratio {h.KeepRatio}, tau {h.Temperature}"),
        Invariant($"alpha {h.LogitConsistency}, beta {h.MemoryWeight}, alpha_p {h.AttentionConsistency}") +
            Invariant($", lambda {h.Penalty}, gamma {h.PolicyWeight}, w_p {h.PrototypeWeight}"),
    ];
}
