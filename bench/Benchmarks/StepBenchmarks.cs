using BenchmarkDotNet.Attributes;
using TorchSharp;

namespace DynamosStream.Bench;

/// <summary>The cases of bench/Peers: a step, a warm-up step, inference, a plain network's step.</summary>
[MemoryDiagnoser]
public class StepBenchmarks
{
    private Action _case = null!;

    public static IEnumerable<string> Names => ["step", "warmup", "inference", "cnn"];

    [ParamsSource(nameof(Names))]
    public string Case { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        torch.set_num_threads(Threads);
        torch.manual_seed(1);
        _case = Cases.All[Case]();
        for (var i = 0; i < 3; i++)
            _case();
    }

    [Benchmark]
    public void Run() => _case();
}
