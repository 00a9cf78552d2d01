using System.Runtime.Intrinsics.X86;

namespace TorchSharp.Kernels;

/// <summary>The kernels for one vector width. <see cref="Current"/> is the best this machine runs.</summary>
/// <remarks>All work on channels in blocks of 16: a "row" is the 16 channels of one pixel or tile, contiguous.</remarks>
internal abstract unsafe class KernelSet
{
    /// <summary>Channels in a block of the blocked layout nChw16c.</summary>
    public const int Block = 16;

    /// <summary>256 zeros: the row of a pixel outside the image, the bias of a convolution without one, a sum before its first addend.</summary>
    public static readonly float* Zeros = AllocateZeros(Block * Block);

    public static readonly KernelSet Portable = new KernelSet<Simd4>();
    public static readonly KernelSet Avx2 = new KernelSet<Simd8>();
    public static readonly KernelSet Avx512 = new KernelSet<Simd16>();

    /// <summary>What every operator uses; tests set it to force a path. Sets wider than the machine are slow but correct.</summary>
    /// <remarks>Vector512.IsHardwareAccelerated is false on machines that prefer 256 bits although they run 512: ask for the instructions.</remarks>
    public static KernelSet Current { get; set; } =
        Avx512F.IsSupported ? Avx512 : System.Runtime.Intrinsics.X86.Avx2.IsSupported && Fma.IsSupported ? Avx2 : Portable;

    /// <summary>Floats in a vector: 4, 8 or 16.</summary>
    public abstract int Lanes { get; }

    /// <summary>Rows that the matrix kernel computes at once; row counts are padded to a multiple of it.</summary>
    public abstract int Rows { get; }

    /// <summary>Blocks of output channels that the matrix kernel computes at once.</summary>
    public abstract int OutputBlocks { get; }

    /// <inheritdoc cref="MatrixKernels"/>
    public abstract void Multiply(in MatrixProduct product);

    /// <inheritdoc cref="ListedKernels"/>
    public abstract void Multiply(in ListedProduct product);

    /// <inheritdoc cref="GatedKernels.PackWeights"/>
    public abstract void PackWeights(float* weights, nint block, int* rows, int count, in ChannelList outputs, int channels, float* to);

    /// <inheritdoc cref="GatedKernels.Activate"/>
    public abstract void Activate(in ActivationRun run);

    /// <inheritdoc cref="PlanarKernels.Multiply"/>
    public abstract void MultiplyPlanar(in PlanarProduct product);

    /// <inheritdoc cref="PlanarKernels.AddWeightGradient"/>
    public abstract void AddPlanarWeightGradient(
        float* x, nint rowStep, nint columnStep, int* tapOffsets, float* dy, int rows, int columns, float* sum);

    /// <inheritdoc cref="OuterProductKernels"/>
    public abstract void Add(in OuterProduct product);

    /// <inheritdoc cref="WinogradRows.Input"/>
    public abstract void WinogradInputRow(float* x, in WinogradRow row, float* v, nint vStride);

    /// <inheritdoc cref="WinogradRows.Output"/>
    public abstract void WinogradOutputRow(float* m, nint mStride, float* bias, in WinogradRow row, float* y, nint pixel);

    /// <inheritdoc cref="WinogradRows.OutputGradient"/>
    public abstract void WinogradOutputGradientRow(float* dy, in WinogradRow row, float* m, nint mStride);

    /// <inheritdoc cref="WinogradRows.InputGradient"/>
    public abstract void WinogradInputGradientRow(float* v, nint vStride, in WinogradRow row, float* dx);

    /// <inheritdoc cref="WinogradTransforms.Weights"/>
    public abstract void WinogradWeights(int tile, float* w, float* u, nint uStride);

    /// <inheritdoc cref="WinogradTransforms.WeightGradient"/>
    public abstract void WinogradWeightGradient(int tile, float* u, nint uStride, float* dw);

    private static float* AllocateZeros(int count)
    {
        var zeros = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
        new Span<float>(zeros, count).Clear();
        return zeros;
    }
}
