using DynamosStream.Bench;
using TorchSharp.Kernels;

// A line for each pass of each convolution: "SHAPE PASS <us> <GFLOP/s>", counted as a direct convolution, as bench/peer/dynamos_peer.py prints
// it; before them the machine's measured multiply-add peak. usage: [THREADS [BATCH [KEPT]]];
// KEPT is the share of each image's input channels that are not zero, as below a gate.
var threads = args.Length > 0 ? int.Parse(args[0]) : 1;
var batch = args.Length > 1 ? int.Parse(args[1]) : 16;
var kept = args.Length > 2 ? double.Parse(args[2]) : 1;
const int Forks = 1000;
Workers.ThreadCount = Environment.ProcessorCount;
var fork = Timing.Best(() => Array.ForEach(new int[Forks], _ => Workers.Run(Workers.ThreadCount, _ => { })), 0.2) / Forks;
Console.WriteLine($"fork-join {fork * 1e6:f2} us on {Workers.ThreadCount} threads");
Workers.ThreadCount = threads;
Console.WriteLine($"peak {Peak.Measure():f0} GFLOP/s");

(string Name, ConvolutionShape Shape)[] shapes =
[
    ("3->32@28", new(batch, 3, 28, 28, 32, (3, 3), (1, 1), (1, 1), (1, 1))),
    ("32->32@28", new(batch, 32, 28, 28, 32, (3, 3), (1, 1), (1, 1), (1, 1))),
    ("64->64@14", new(batch, 64, 14, 14, 64, (3, 3), (1, 1), (1, 1), (1, 1))),
    ("32->64@28/2", new(batch, 32, 28, 28, 64, (3, 3), (2, 2), (1, 1), (1, 1))),
    ("1x1:32->64@28/2", new(batch, 32, 28, 28, 64, (1, 1), (2, 2), (0, 0), (1, 1))),
    ("1x1:64->64@14", new(batch, 64, 14, 14, 64, (1, 1), (1, 1), (0, 0), (1, 1))),
    ("128->128@14", new(batch, 128, 14, 14, 128, (3, 3), (1, 1), (1, 1), (1, 1))),
];
(string Title, int Passes)[] titles = [("forward", 1), ("backward-data", 1), ("backward-weight", 1), ("backward-both", 2)];
foreach (var (name, shape) in shapes)
{
    using var passes = new ConvolutionPasses(shape, kept);
    foreach (var ((title, count), pass) in titles.Zip(passes.All))
    {
        if (pass is null)
            continue;
        var seconds = Timing.Best(pass, 0.5);
        Console.WriteLine($"{name} {title} {seconds * 1e6:f0} {count * passes.Flops / seconds / 1e9:f0}");
    }
}
