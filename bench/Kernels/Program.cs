using DynamosStream.Bench;
using TorchSharp.Kernels;

// GFLOP/s of each convolution pass, counted as a direct convolution, beside the machine's measured multiply-add peak.
// dotnet run --project bench/Kernels -c Release [-- threads [batch]]
Workers.ThreadCount = args.Length > 0 ? int.Parse(args[0]) : 1;
var batch = args.Length > 1 ? int.Parse(args[1]) : 16;
var peak = Peak.Measure() * Workers.ThreadCount;
const int Forks = 1000;
var fork = Timing.Best(() => Array.ForEach(new int[Forks], _ => Workers.Run(Workers.ThreadCount, _ => { })), 0.2) / Forks;
Console.WriteLine(
    $"{Workers.ThreadCount} thread(s), batch {batch}, multiply-add peak {peak:f0} GFLOP/s, fork and join {fork * 1e6:f2} us, {KernelSet.Current.Rows} rows");
Console.WriteLine($"{"shape",-18}{"forward",20}{"backward-data",20}{"backward-weight",20}   (us, GFLOP/s)");

(string Name, ConvolutionShape Shape)[] shapes =
[
    ("3->32 @28", new(batch, 3, 28, 28, 32, (3, 3), (1, 1), (1, 1), (1, 1))),
    ("32->32 @28", new(batch, 32, 28, 28, 32, (3, 3), (1, 1), (1, 1), (1, 1))),
    ("64->64 @14", new(batch, 64, 14, 14, 64, (3, 3), (1, 1), (1, 1), (1, 1))),
    ("32->64 @28 s2", new(batch, 32, 28, 28, 64, (3, 3), (2, 2), (1, 1), (1, 1))),
    ("1x1 32->64 @28 s2", new(batch, 32, 28, 28, 64, (1, 1), (2, 2), (0, 0), (1, 1))),
    ("1x1 64->64 @14", new(batch, 64, 14, 14, 64, (1, 1), (1, 1), (0, 0), (1, 1))),
    ("128->128 @14", new(batch, 128, 14, 14, 128, (3, 3), (1, 1), (1, 1), (1, 1))),
];
foreach (var (name, shape) in shapes)
{
    using var passes = new ConvolutionPasses(shape);
    Console.Write($"{name,-18}");
    foreach (var pass in passes.All)
    {
        var seconds = pass is null ? double.NaN : Timing.Best(pass, 0.5);
        Console.Write(pass is null ? $"{"-",20}" : $"{seconds * 1e6,12:f0}{passes.Flops / seconds / 1e9,8:f0}");
    }

    Console.WriteLine();
}
