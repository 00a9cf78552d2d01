using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>Where a learner computes.</summary>
public static class ComputeDevice
{
    /// <summary>CUDA where this build and this machine have it, else the CPU.</summary>
    public const string Auto = "auto";

    /// <summary>What is expected where a device is named.</summary>
    public const string Expected = "auto, cpu, cuda or cuda:N";

#if TORCH_MANAGED
    /// <summary>What computes.</summary>
    public static string Engine => "embedded, in C#";
#else
    /// <summary>What computes.</summary>
    public static string Engine => $"TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)}";
#endif

    /// <summary>Numbers that the engine's kernels compute at once: 4, 8 (AVX2) or 16 (AVX-512); null for an engine that chooses by itself.</summary>
    public static int? VectorFloats => Operators.VectorFloats;

    /// <summary>Why nothing can be computed on CUDA here; null if it can.</summary>
#if TORCH_MANAGED
    public static string? WhyNoCuda => "this build has the embedded engine, which computes on CPUs; build with -p:Torch=cuda";
#elif TORCHSHARP_CUDA
    public static string? WhyNoCuda => cuda.is_available()
        ? null
        : "libtorch finds no CUDA device; nvidia-smi tells whether the system sees a card, and whether its driver is recent enough for CUDA 12.8";
#else
    public static string? WhyNoCuda => cuda.is_available() ? null : "this build has libtorch for CPUs; build with -p:Torch=cuda";
#endif

    /// <summary>Whether a text names a device, or is <see cref="Auto"/>; whether there is such a device is another matter.</summary>
    public static bool IsName(string text) =>
        text is Auto or "cpu" or "cuda" || (text.StartsWith("cuda:", StringComparison.Ordinal) && byte.TryParse(text["cuda:".Length..], out _));

    /// <summary>The device to use, as <see cref="LearnerOptions.Device"/> takes it.</summary>
    /// <param name="device">What was asked for: auto, cpu, cuda or cuda:N.</param>
    /// <exception cref="InvalidDataException">There is no such device here; says why.</exception>
    public static string Resolve(string device)
    {
        if (!IsName(device))
            throw new InvalidDataException($"device '{device}' is not known; expected {Expected}.");
        if (device == Auto)
            return WhyNoCuda is null ? "cuda:0" : "cpu";
        if (device == "cpu")
            return device;
        if (WhyNoCuda is { } reason)
            throw new InvalidDataException($"device '{device}' cannot be used: {reason}.");
        var (number, count) = (device == "cuda" ? 0 : byte.Parse(device["cuda:".Length..]), cuda.device_count());
        return number < count
            ? $"cuda:{number}"
            : throw new InvalidDataException($"device '{device}' cannot be used: there {(count == 1 ? "is 1 CUDA device" : $"are {count} CUDA devices")}, counted from 0.");
    }
}
