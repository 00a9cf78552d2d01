using System.Runtime.InteropServices;
using DynamosStream.Host.Display;
using DynamosStream.Learner;
using TorchSharp;

namespace DynamosStream.Host.Doctor;

/// <summary>What the machine and the build offer.</summary>
internal static class MachineChecks
{
    /// <summary>Bytes below which a learner with the defaults does not fit: such a run peaks at about 110 MiB.</summary>
    private const long LeastMemory = 256L << 20;

    /// <summary>Everything, for this machine.</summary>
    public static IEnumerable<Finding> All() =>
    [
        Cores(Environment.ProcessorCount, torch.get_num_threads()),
        Vectors(ComputeDevice.VectorFloats),
        new(Health.Good, "engine", ComputeDevice.Engine),
        Cuda(ComputeDevice.WhyNoCuda),
        new(Health.Good, ".NET", $"{Environment.Version}, {RuntimeInformation.RuntimeIdentifier}"),
        Memory(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
    ];

    /// <summary>The cores that this process may use.</summary>
    internal static Finding Cores(int cores, int threads) => new(Health.Good, "cores", $"{cores}; a learner computes on {threads}, or as --threads says");

    /// <summary>What the engine's kernels compute at once; null for an engine that chooses by itself.</summary>
    internal static Finding Vectors(int? floats) => floats switch
    {
        16 => new(Health.Good, "vectors", "AVX-512: 16 numbers at once"),
        8 => new(Health.Good, "vectors", "AVX2: 8 numbers at once"),
        null => new(Health.Good, "vectors", "libtorch chooses by itself"),
        _ => new(Health.Note, "vectors", $"neither AVX-512 nor AVX2: {floats} numbers at once", "Learning works, but slowly; a CPU with AVX2 is several times as fast."),
    };

    /// <summary>Whether CUDA is used.</summary>
    /// <param name="whyNot">Null where it is.</param>
    internal static Finding Cuda(string? whyNot) => whyNot is null
        ? new(Health.Good, "CUDA", $"used; devices: {torch.cuda.device_count()}")
        : new(Health.Good, "CUDA", $"not used: {whyNot}");

    /// <summary>The memory that this process may use, in bytes.</summary>
    internal static Finding Memory(long bytes) => bytes < LeastMemory
        ? new(Health.Bad, "memory", Units.Mebibytes(bytes), $"Give it at least {Units.Mebibytes(LeastMemory)}: raise the limit of the container or unit.")
        : new(Health.Good, "memory", Units.Mebibytes(bytes));
}
