using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Results;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Commands;

/// <summary><c>dynamos analyze</c>: looks into the learner of a checkpoint, for <c>dynamos report</c>.</summary>
internal static class AnalyzeCommand
{
    private static readonly Argument<string> Where = new("state") { Description = "State folder of a run: its newest checkpoint is meant; or one checkpoint file." };
    private static readonly Argument<string> Results = new("results") { Description = "Result folder of the same run; receives analysis.json." };
    private static readonly Option<string?> DataDir = new("--data-dir") { Description = "Folder with the stream's data files.", HelpName = "folder" };

    /// <summary>The command <c>analyze</c>.</summary>
    public static Command Create()
    {
        var command = new Command("analyze", "Find out what the gates of a trained learner do and what its memory holds, on the held-out test set.")
        {
            Where,
            Results,
            DataDir,
        };
        command.SetAction((parsed, cancellation) => Task.Run(
            () => Analyze(parsed.GetRequiredValue(Where), parsed.GetRequiredValue(Results), parsed.GetValue(DataDir), cancellation), cancellation));
        return command;
    }

    /// <summary>Looks into the learner of a checkpoint.</summary>
    internal static int Analyze(string where, string results, string? dataDir, CancellationToken cancellation)
    {
        var file = CheckpointCommand.Find(where)[0];
        var (manifest, arrays) = file.Read(new DiskFiles());
        RequireSameRun(results, manifest.RunId);
        string Setting(string name) => manifest.Settings.GetValueOrDefault(name)
            ?? throw new InvalidDataException($"'{file.Path}' lacks the setting '{name}'.");
        var (name, buffer) = (Setting("stream"), int.Parse(Setting("buffer"), CultureInfo.InvariantCulture));
        var seed = ulong.Parse(Setting("seed"), CultureInfo.InvariantCulture);
        var stream = SampleStreams.Open(name, seed, dataDir, manifest.Settings.GetValueOrDefault("validation") == bool.TrueString);
        using var learner = OnlineLearners.Create(Setting("learner"), new LearnerOptions
        {
            Seed = seed,
            Shape = stream.Description.Shape,
            Classes = stream.Description.Classes,
            BufferSize = buffer,
            HyperParameters = HyperParameterSettings.Apply(HyperParameterPresets.For(name, buffer), [.. HyperParameterSettings.Names
                .Where(manifest.Settings.ContainsKey).Select(setting => $"{setting}={manifest.Settings[setting]}")]),
        });
        var stored = arrays.Under(Checkpointer.LearnerPart).All.ToDictionary(item => item.Name, item => item.Array);
        var memory = stored.TryGetValue("memory.labels", out var labels)
            ? labels.Values<long>()!.Zip(stored["memory.sequences"].Values<long>()!).ToArray()
            : null;
        learner.Load(arrays.Under(Checkpointer.LearnerPart));

        var analysis = RunAnalysis.Create(
            manifest.RunId,
            manifest.Progress.Sequence,
            stream.Description.Classes,
            memory,
            learner is IGatedLearner gated ? GateAnalysis.Measure(gated, stream, cancellation) : null);
        var path = Path.Combine(results, ResultFolder.AnalysisName);
        File.WriteAllBytes(path + ".part", JsonSerializer.SerializeToUtf8Bytes(analysis, ResultJson.Default.RunAnalysis));
        File.Move(path + ".part", path, overwrite: true);
        Console.WriteLine($"{path} is written. To see it: dynamos report '{results}'");
        return DynamosCommand.Success;
    }

    private static void RequireSameRun(string results, string runId)
    {
        var path = Path.Combine(results, ResultFolder.SummaryName);
        if (!File.Exists(path))
            throw new FileNotFoundException($"'{path}' not found; expected the results of the run {runId}.");
        using var summary = JsonDocument.Parse(File.ReadAllBytes(path));
        if (!summary.RootElement.TryGetProperty("runId", out var found) || found.GetString() != runId)
            throw new InvalidDataException($"'{path}' is not of the run {runId} that the checkpoint is of.");
    }
}
