using BenchmarkDotNet.Attributes;
using TorchSharp.Kernels;

namespace DynamosStream.Bench;

/// <summary>Each pass of the network's convolutions, 16 images, one thread.</summary>
public class ConvolutionBenchmarks
{
    private static readonly Dictionary<string, ConvolutionShape> Shapes = new()
    {
        ["32->32@28"] = new(16, 32, 28, 28, 32, (3, 3), (1, 1), (1, 1), (1, 1)),
        ["64->64@14"] = new(16, 64, 14, 14, 64, (3, 3), (1, 1), (1, 1), (1, 1)),
        ["32->64@28/2"] = new(16, 32, 28, 28, 64, (3, 3), (2, 2), (1, 1), (1, 1)),
    };

    private ConvolutionPasses _passes = null!;

    public static IEnumerable<string> Names => Shapes.Keys;

    [ParamsSource(nameof(Names))]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        Workers.ThreadCount = 1;
        _passes = new ConvolutionPasses(Shapes[Shape]);
    }

    [GlobalCleanup]
    public void Cleanup() => _passes.Dispose();

    [Benchmark]
    public void Forward() => _passes.All[0]!();

    [Benchmark]
    public void BackwardData() => _passes.All[1]!();

    [Benchmark]
    public void BackwardWeight() => _passes.All[2]!();
}
