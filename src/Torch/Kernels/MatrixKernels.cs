using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <summary>Computes a <see cref="MatrixProduct"/>.</summary>
/// <remarks>
/// Six rows by two vectors of outputs: twelve accumulators, two weight vectors and one broadcast input fill 15 of the 16 vector
/// registers of AVX2, with 8 loads to 12 multiply-adds, and stay in registers over the whole depth. Where two vectors are fewer than
/// 16 outputs the kernel passes over the rows once for each pair.
/// </remarks>
internal static unsafe class MatrixKernels
{
    public const int Rows = 6;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<V>(in MatrixProduct product)
        where V : unmanaged, ISimd<V>
    {
        var (taps, weightsRow) = (product.Taps, product.WeightsRow);
        for (var group = 0; group < product.Groups; group++)
        {
            var yOffsets = product.YOffsets + (group * Rows);
            for (var column = 0; column < KernelSet.Block; column += 2 * V.Count)
            {
                V a00 = V.Load(product.Bias + column), a01 = V.Load(product.Bias + column + V.Count);
                V a10 = a00, a11 = a01, a20 = a00, a21 = a01, a30 = a00, a31 = a01, a40 = a00, a41 = a01, a50 = a00, a51 = a01;

                var w = product.Weights + column;
                var x = product.X;
                for (var block = 0; block < product.Blocks; block++, x += product.XBlock)
                {
                    var offsets = product.XOffsets + (group * taps * Rows);
                    for (var tap = 0; tap < taps; tap++, offsets += Rows)
                    {
                        float* x0, x1, x2, x3, x4, x5;
                        if (product.XOffsets == null)
                        {
                            x0 = x + (group * Rows * KernelSet.Block);
                            x1 = x0 + 16;
                            x2 = x0 + 32;
                            x3 = x0 + 48;
                            x4 = x0 + 64;
                            x5 = x0 + 80;
                        }
                        else
                        {
                            x0 = offsets[0] < 0 ? KernelSet.Zeros : x + offsets[0];
                            x1 = offsets[1] < 0 ? KernelSet.Zeros : x + offsets[1];
                            x2 = offsets[2] < 0 ? KernelSet.Zeros : x + offsets[2];
                            x3 = offsets[3] < 0 ? KernelSet.Zeros : x + offsets[3];
                            x4 = offsets[4] < 0 ? KernelSet.Zeros : x + offsets[4];
                            x5 = offsets[5] < 0 ? KernelSet.Zeros : x + offsets[5];
                        }

                        for (nint k = 0; k < KernelSet.Block; k++, w += weightsRow)
                        {
                            V w0 = V.Load(w), w1 = V.Load(w + V.Count);
                            var input = V.Broadcast(x0[k]);
                            a00 = V.MultiplyAdd(input, w0, a00);
                            a01 = V.MultiplyAdd(input, w1, a01);
                            input = V.Broadcast(x1[k]);
                            a10 = V.MultiplyAdd(input, w0, a10);
                            a11 = V.MultiplyAdd(input, w1, a11);
                            input = V.Broadcast(x2[k]);
                            a20 = V.MultiplyAdd(input, w0, a20);
                            a21 = V.MultiplyAdd(input, w1, a21);
                            input = V.Broadcast(x3[k]);
                            a30 = V.MultiplyAdd(input, w0, a30);
                            a31 = V.MultiplyAdd(input, w1, a31);
                            input = V.Broadcast(x4[k]);
                            a40 = V.MultiplyAdd(input, w0, a40);
                            a41 = V.MultiplyAdd(input, w1, a41);
                            input = V.Broadcast(x5[k]);
                            a50 = V.MultiplyAdd(input, w0, a50);
                            a51 = V.MultiplyAdd(input, w1, a51);
                        }
                    }
                }

                var y = product.Y + column;
                var dense = product.YOffsets == null;
                var first = group * Rows * KernelSet.Block;
                Store(y + (dense ? first : yOffsets[0]), a00, a01);
                Store(y + (dense ? first + 16 : yOffsets[1]), a10, a11);
                Store(y + (dense ? first + 32 : yOffsets[2]), a20, a21);
                Store(y + (dense ? first + 48 : yOffsets[3]), a30, a31);
                Store(y + (dense ? first + 64 : yOffsets[4]), a40, a41);
                Store(y + (dense ? first + 80 : yOffsets[5]), a50, a51);
            }
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
