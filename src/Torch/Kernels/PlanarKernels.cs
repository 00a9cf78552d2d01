using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <summary>Kernels of the first layer: plain NCHW images in, blocks of 16 output channels out.</summary>
/// <remarks>Six pixels (or taps) by two vectors of outputs, as in <see cref="MatrixKernels"/>.</remarks>
internal static unsafe class PlanarKernels
{
    public const int Rows = 6;

    /// <summary>Computes a <see cref="PlanarProduct"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<V>(in PlanarProduct product)
        where V : unmanaged, ISimd<V>
    {
        var taps = product.Taps;
        var tapOffsets = product.TapOffsets;
        for (var group = 0; group < product.Groups; group++)
        {
            var from = product.XOffsets + (group * Rows);
            var to = product.YOffsets + (group * Rows);
            float* x0 = product.X + from[0], x1 = product.X + from[1], x2 = product.X + from[2];
            float* x3 = product.X + from[3], x4 = product.X + from[4], x5 = product.X + from[5];
            for (var column = 0; column < KernelSet.Block; column += 2 * V.Count)
            {
                V a00 = V.Load(product.Bias + column), a01 = V.Load(product.Bias + column + V.Count);
                V a10 = a00, a11 = a01, a20 = a00, a21 = a01, a30 = a00, a31 = a01, a40 = a00, a41 = a01, a50 = a00, a51 = a01;
                var w = product.Weights + column;
                for (var tap = 0; tap < taps; tap++, w += KernelSet.Block)
                {
                    nint at = tapOffsets[tap];
                    V w0 = V.Load(w), w1 = V.Load(w + V.Count);
                    var input = V.Broadcast(x0[at]);
                    a00 = V.MultiplyAdd(input, w0, a00);
                    a01 = V.MultiplyAdd(input, w1, a01);
                    input = V.Broadcast(x1[at]);
                    a10 = V.MultiplyAdd(input, w0, a10);
                    a11 = V.MultiplyAdd(input, w1, a11);
                    input = V.Broadcast(x2[at]);
                    a20 = V.MultiplyAdd(input, w0, a20);
                    a21 = V.MultiplyAdd(input, w1, a21);
                    input = V.Broadcast(x3[at]);
                    a30 = V.MultiplyAdd(input, w0, a30);
                    a31 = V.MultiplyAdd(input, w1, a31);
                    input = V.Broadcast(x4[at]);
                    a40 = V.MultiplyAdd(input, w0, a40);
                    a41 = V.MultiplyAdd(input, w1, a41);
                    input = V.Broadcast(x5[at]);
                    a50 = V.MultiplyAdd(input, w0, a50);
                    a51 = V.MultiplyAdd(input, w1, a51);
                }

                var y = product.Y + column;
                Store(y + to[0], a00, a01);
                Store(y + to[1], a10, a11);
                Store(y + to[2], a20, a21);
                Store(y + to[3], a30, a31);
                Store(y + to[4], a40, a41);
                Store(y + to[5], a50, a51);
            }
        }
    }

    /// <summary>
    /// sum[t][0..15] += x[pixel + tap t] * dy[pixel][0..15] over the output's rows and columns, for six taps: the weight gradient.
    /// </summary>
    /// <param name="x">First window.</param>
    /// <param name="rowStep">Floats from the window of one output row to that of the next.</param>
    /// <param name="columnStep">Floats from one window to the next in a row.</param>
    /// <param name="tapOffsets">Where the six taps lie in a window, in floats.</param>
    /// <param name="dy">Gradient of one block of outputs, [rows * columns][16].</param>
    /// <param name="rows">Output rows.</param>
    /// <param name="columns">Output columns.</param>
    /// <param name="sum">[6][16].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddWeightGradient<V>(
        float* x, nint rowStep, nint columnStep, int* tapOffsets, float* dy, int rows, int columns, float* sum)
        where V : unmanaged, ISimd<V>
    {
        for (var column = 0; column < KernelSet.Block; column += 2 * V.Count)
        {
            var s = sum + column;
            V a00 = V.Load(s), a01 = V.Load(s + V.Count), a10 = V.Load(s + 16), a11 = V.Load(s + 16 + V.Count);
            V a20 = V.Load(s + 32), a21 = V.Load(s + 32 + V.Count), a30 = V.Load(s + 48), a31 = V.Load(s + 48 + V.Count);
            V a40 = V.Load(s + 64), a41 = V.Load(s + 64 + V.Count), a50 = V.Load(s + 80), a51 = V.Load(s + 80 + V.Count);
            var d = dy + column;
            for (var row = 0; row < rows; row++)
            {
                var first = x + (row * rowStep);
                float* x0 = first + tapOffsets[0], x1 = first + tapOffsets[1], x2 = first + tapOffsets[2];
                float* x3 = first + tapOffsets[3], x4 = first + tapOffsets[4], x5 = first + tapOffsets[5];
                nint at = 0;
                for (var pixel = 0; pixel < columns; pixel++, at += columnStep, d += KernelSet.Block)
                {
                    V d0 = V.Load(d), d1 = V.Load(d + V.Count);
                    var input = V.Broadcast(x0[at]);
                    a00 = V.MultiplyAdd(input, d0, a00);
                    a01 = V.MultiplyAdd(input, d1, a01);
                    input = V.Broadcast(x1[at]);
                    a10 = V.MultiplyAdd(input, d0, a10);
                    a11 = V.MultiplyAdd(input, d1, a11);
                    input = V.Broadcast(x2[at]);
                    a20 = V.MultiplyAdd(input, d0, a20);
                    a21 = V.MultiplyAdd(input, d1, a21);
                    input = V.Broadcast(x3[at]);
                    a30 = V.MultiplyAdd(input, d0, a30);
                    a31 = V.MultiplyAdd(input, d1, a31);
                    input = V.Broadcast(x4[at]);
                    a40 = V.MultiplyAdd(input, d0, a40);
                    a41 = V.MultiplyAdd(input, d1, a41);
                    input = V.Broadcast(x5[at]);
                    a50 = V.MultiplyAdd(input, d0, a50);
                    a51 = V.MultiplyAdd(input, d1, a51);
                }
            }

            Store(s, a00, a01);
            Store(s + 16, a10, a11);
            Store(s + 32, a20, a21);
            Store(s + 48, a30, a31);
            Store(s + 64, a40, a41);
            Store(s + 80, a50, a51);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<V>(float* to, V left, V right)
        where V : unmanaged, ISimd<V>
    {
        left.Store(to);
        right.Store(to + V.Count);
    }
}
