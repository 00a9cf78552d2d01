using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

// dotnet run --project bench/Benchmarks -c Release -- --filter '*StreamBenchmarks*'   (--list flat: all of them)
// In this process: the engine's state (threads, pool) is what a run has, and no project is generated and built per benchmark.
var job = Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));
