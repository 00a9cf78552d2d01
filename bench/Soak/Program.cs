// A small network for many steps, as the program runs it: checkpoints, ledger, dead letters, skipped steps. See bench/README.md.
using System.Diagnostics;
using System.Globalization;
using System.Reactive;
using DynamosStream.Bench;
using DynamosStream.Host;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Running;
using DynamosStream.Learner;
using DynamosStream.Streams;
using static TorchSharp.torch;

const int BatchSize = 8, CheckpointEverySteps = 10_000;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var steps = args.Length > 0 ? long.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;

// The memory is full and every array has its size by then.
var settled = Math.Max(200, steps / 100);
var middle = Math.Max(settled + 1, steps / 2);
var stream = new HostileStream();
var hyper = HyperParameterPresets.For("mnist-360", 100) with { StreamBatch = BatchSize, MemoryBatch = BatchSize };
var folder = Directory.CreateTempSubdirectory("dynamos-soak-");
var options = new RunOptions("hostile", "dynamos", Buffer: 100, Seed: 1, State: folder.FullName, CheckpointEvery: CheckpointEverySteps * BatchSize);
var learner = new LearnerOptions
{
    Shape = stream.Description.Shape,
    Classes = stream.Description.Classes,
    BufferSize = options.Buffer,
    BaseFilters = 8,
    HyperParameters = hyper,
};

using var stop = new CancellationTokenSource();
var start = Stopwatch.GetTimestamp();
var (done, tensors) = (0L, new List<long>());
try
{
    using var state = RunState.Open(options, stream.Description, hyper, new DiskFiles(), Console.WriteLine);
    var run = new LearnerRun(options.RunId, stream, PlannedSamples: null, BatchSize, () => OnlineLearners.Create("dynamos", learner))
    {
        State = state,
        Report = Console.WriteLine,
    };
    Console.WriteLine($"{"steps",12}{"live tensors",14}{"resident MiB",14}{"managed MiB",13}{"open files",12}{"minutes",9}");
    var result = await LearnerHost.RunAsync(run, [Observer.Create<AccuracyEvent>(StepEnded, _ => { })], TimeProvider.System, stop.Token);
    Console.WriteLine($"{result.Ledger}; accuracy in the window {result.Loop.Accuracy.Current.Window:P1}");
}
finally
{
    folder.Delete(recursive: true);
}

return tensors.Distinct().Count() == 1 ? 0 : 1;

void StepEnded(AccuracyEvent e)
{
    done++;
    if (done == settled || done == middle || done == steps)
        Show();
    if (done == steps)
        stop.Cancel();
}

void Show()
{
    tensors.Add(Tensor.TotalCount);
    using var process = Process.GetCurrentProcess();
    var files = OperatingSystem.IsWindows() ? process.HandleCount : Directory.GetFiles("/proc/self/fd").Length;
    var minutes = Stopwatch.GetElapsedTime(start).TotalMinutes;
    Console.WriteLine(
        $"{done,12:N0}{tensors[^1],14:N0}{process.WorkingSet64 / 1048576.0,14:F1}{GC.GetTotalMemory(forceFullCollection: false) / 1048576.0,13:F1}{files,12}{minutes,9:F1}");
}
