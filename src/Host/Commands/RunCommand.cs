using System.Diagnostics;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Display;
using DynamosStream.Host.Results;
using DynamosStream.Host.Running;
using DynamosStream.Host.TensorBoard;
using DynamosStream.Learner;
using DynamosStream.Streams;
using Spectre.Console;
using TorchSharp;

namespace DynamosStream.Host.Commands;

/// <summary><c>dynamos run</c>: opens the stream, learns it in the Generic Host, shows and stores the results.</summary>
internal static class RunCommand
{
    public static async Task<int> ExecuteAsync(RunOptions options, CancellationToken cancellation)
    {
        var console = Terminal.Open();
        var files = new DiskFiles();
        var weights = options.Init is { } init ? WeightsFile.Read(init, files) : null;
        options = options with { InitHash = weights?.Hash() };
        var stream = SampleStreams.Open(options.Stream, (ulong)options.Seed, options.DataDir, options.Validation);
        if (options.Threads is { } threads)
            torch.set_num_threads(threads);
        var hyperParameters = HyperParameterSettings.For(options);
        var plan = CreateRun(options, stream, hyperParameters, weights) with { Report = Report };
        return await SecondChance.RunAsync(
            StartAsync, () => options.State is { } at && CheckpointFile.AllIn(at).Count > 0, Report);

        async Task<int> StartAsync()
        {
            using var state = options.State is null ? null : RunState.Open(options, stream.Description, hyperParameters, files, Report);
            using var folder = options.Out is null ? null : ResultFolder.Open(options.Out, files, state?.Resumed?.Manifest.Progress.Kept);

            var run = plan with { State = state, Results = folder };
            if (!options.Quiet)
                StartText.Write(console, options, run, hyperParameters);

            using var board = options.TensorBoard is { } at ? new TensorBoardSink(at, state?.Sequence ?? 0, files, TimeProvider.System, Report) : null;
            var result = await LearnAsync(run, console, options.Quiet, [folder, board], cancellation);
            var peakMemoryBytes = Process.GetCurrentProcess().PeakWorkingSet64;
            folder?.Complete(RunSummary.Create(options, hyperParameters, result, peakMemoryBytes));
            ResultTable.Write(console, options, result, peakMemoryBytes);
            return DynamosCommand.Success;
        }

        static void Report(string reason) => Console.Error.WriteLine($"dynamos: {reason}");
    }

    private static LearnerRun CreateRun(
        RunOptions options, ISampleStream stream, HyperParameters hyperParameters, StateArrays? weights)
    {
        var description = stream.Description;
        var learner = new LearnerOptions
        {
            Seed = (ulong)options.Seed,
            Shape = description.Shape,
            Classes = description.Classes,
            BufferSize = options.Buffer,
            HyperParameters = hyperParameters,
            InitialWeights = weights,
            Device = ComputeDevice.Resolve(options.Device ?? ComputeDevice.Auto),
        };
        return new LearnerRun(
            options.RunId,
            stream,
            options.PlannedSamples(description),
            hyperParameters.StreamBatch,
            () => OnlineLearners.Create(options.Learner, learner))
        {
            EvaluateEvery = options.EvaluateEvery,
            Drift = options.Drift,
        };
    }

    private static async Task<RunResult> LearnAsync(
        LearnerRun run, IAnsiConsole console, bool quiet, IEnumerable<IObserver<AccuracyEvent>?> sinks, CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        var before = run.State?.Sequence ?? 0;
        using var live = !quiet && console.Profile.Capabilities.Ansi ? new LiveProgress(console, run.PlannedSamples, time, before) : null;
        var lines = !quiet && live is null ? new LineProgress(Console.Out, run.PlannedSamples, time, before) : null;
        IObserver<AccuracyEvent>?[] observers = [.. sinks, live, lines];
        run = run with { Testing = live is null ? samples => lines?.Testing(samples) : _ => live.Testing() };
        return await LearnerHost.RunAsync(run, observers.OfType<IObserver<AccuracyEvent>>(), time, cancellation);
    }
}
