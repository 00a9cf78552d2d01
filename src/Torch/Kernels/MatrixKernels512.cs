using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <summary>Computes a <see cref="MatrixProduct"/> on the 32 vector registers of AVX-512.</summary>
/// <remarks>
/// Fourteen rows by one vector for each of two blocks of outputs: 28 accumulators, two weight vectors and one broadcast input.
/// Fourteen row pointers would not fit beside them in the 16 integer registers, so rows that are not dense are first gathered into a
/// dense 14 x 16 block, which costs 14 loads and stores to 448 multiply-adds. A last odd block of outputs takes half the accumulators.
/// That block is not cleared first: one coefficient of a Winograd group is so short a product that clearing shows.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class MatrixKernels512
{
    public const int Rows = 14;

    public static void Multiply(in MatrixProduct product)
    {
        if (product.OutputBlocks == 2)
            Multiply14x2(product);
        else
            Multiply14x1(product);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply14x2(in MatrixProduct product)
    {
        var gathered = stackalloc float[Rows * KernelSet.Block];
        var (weightsRow, weightsBlock) = (product.WeightsRow, product.WeightsBlock);
        for (var group = 0; group < product.Groups; group++)
        {
            var a0 = Simd16.Load(product.Bias);
            var b0 = Simd16.Load(product.Bias + KernelSet.Block);
            Simd16 a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0, a12 = a0, a13 = a0;
            Simd16 b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0, b6 = b0, b7 = b0, b8 = b0, b9 = b0, b10 = b0, b11 = b0, b12 = b0, b13 = b0;

            var w = product.Weights;
            var x = product.X;
            for (var block = 0; block < product.Blocks; block++, x += product.XBlock)
            {
                for (var tap = 0; tap < product.Taps; tap++)
                {
                    var rows = Gather(product, x, group, tap, gathered);
                    for (var k = 0; k < KernelSet.Block; k++, rows++, w += weightsRow)
                    {
                        var w0 = Simd16.Load(w);
                        var w1 = Simd16.Load(w + weightsBlock);
                        var input = Simd16.Broadcast(rows[0]);
                        a0 = Simd16.MultiplyAdd(input, w0, a0);
                        b0 = Simd16.MultiplyAdd(input, w1, b0);
                        input = Simd16.Broadcast(rows[16]);
                        a1 = Simd16.MultiplyAdd(input, w0, a1);
                        b1 = Simd16.MultiplyAdd(input, w1, b1);
                        input = Simd16.Broadcast(rows[32]);
                        a2 = Simd16.MultiplyAdd(input, w0, a2);
                        b2 = Simd16.MultiplyAdd(input, w1, b2);
                        input = Simd16.Broadcast(rows[48]);
                        a3 = Simd16.MultiplyAdd(input, w0, a3);
                        b3 = Simd16.MultiplyAdd(input, w1, b3);
                        input = Simd16.Broadcast(rows[64]);
                        a4 = Simd16.MultiplyAdd(input, w0, a4);
                        b4 = Simd16.MultiplyAdd(input, w1, b4);
                        input = Simd16.Broadcast(rows[80]);
                        a5 = Simd16.MultiplyAdd(input, w0, a5);
                        b5 = Simd16.MultiplyAdd(input, w1, b5);
                        input = Simd16.Broadcast(rows[96]);
                        a6 = Simd16.MultiplyAdd(input, w0, a6);
                        b6 = Simd16.MultiplyAdd(input, w1, b6);
                        input = Simd16.Broadcast(rows[112]);
                        a7 = Simd16.MultiplyAdd(input, w0, a7);
                        b7 = Simd16.MultiplyAdd(input, w1, b7);
                        input = Simd16.Broadcast(rows[128]);
                        a8 = Simd16.MultiplyAdd(input, w0, a8);
                        b8 = Simd16.MultiplyAdd(input, w1, b8);
                        input = Simd16.Broadcast(rows[144]);
                        a9 = Simd16.MultiplyAdd(input, w0, a9);
                        b9 = Simd16.MultiplyAdd(input, w1, b9);
                        input = Simd16.Broadcast(rows[160]);
                        a10 = Simd16.MultiplyAdd(input, w0, a10);
                        b10 = Simd16.MultiplyAdd(input, w1, b10);
                        input = Simd16.Broadcast(rows[176]);
                        a11 = Simd16.MultiplyAdd(input, w0, a11);
                        b11 = Simd16.MultiplyAdd(input, w1, b11);
                        input = Simd16.Broadcast(rows[192]);
                        a12 = Simd16.MultiplyAdd(input, w0, a12);
                        b12 = Simd16.MultiplyAdd(input, w1, b12);
                        input = Simd16.Broadcast(rows[208]);
                        a13 = Simd16.MultiplyAdd(input, w0, a13);
                        b13 = Simd16.MultiplyAdd(input, w1, b13);
                    }
                }
            }

            Store(product, group, 0, a0, b0);
            Store(product, group, 1, a1, b1);
            Store(product, group, 2, a2, b2);
            Store(product, group, 3, a3, b3);
            Store(product, group, 4, a4, b4);
            Store(product, group, 5, a5, b5);
            Store(product, group, 6, a6, b6);
            Store(product, group, 7, a7, b7);
            Store(product, group, 8, a8, b8);
            Store(product, group, 9, a9, b9);
            Store(product, group, 10, a10, b10);
            Store(product, group, 11, a11, b11);
            Store(product, group, 12, a12, b12);
            Store(product, group, 13, a13, b13);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply14x1(in MatrixProduct product)
    {
        var gathered = stackalloc float[Rows * KernelSet.Block];
        var weightsRow = product.WeightsRow;
        for (var group = 0; group < product.Groups; group++)
        {
            var a0 = Simd16.Load(product.Bias);
            Simd16 a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0, a12 = a0, a13 = a0;

            var w = product.Weights;
            var x = product.X;
            for (var block = 0; block < product.Blocks; block++, x += product.XBlock)
            {
                for (var tap = 0; tap < product.Taps; tap++)
                {
                    var rows = Gather(product, x, group, tap, gathered);
                    for (var k = 0; k < KernelSet.Block; k++, rows++, w += weightsRow)
                    {
                        var w0 = Simd16.Load(w);
                        var input = Simd16.Broadcast(rows[0]);
                        a0 = Simd16.MultiplyAdd(input, w0, a0);
                        input = Simd16.Broadcast(rows[16]);
                        a1 = Simd16.MultiplyAdd(input, w0, a1);
                        input = Simd16.Broadcast(rows[32]);
                        a2 = Simd16.MultiplyAdd(input, w0, a2);
                        input = Simd16.Broadcast(rows[48]);
                        a3 = Simd16.MultiplyAdd(input, w0, a3);
                        input = Simd16.Broadcast(rows[64]);
                        a4 = Simd16.MultiplyAdd(input, w0, a4);
                        input = Simd16.Broadcast(rows[80]);
                        a5 = Simd16.MultiplyAdd(input, w0, a5);
                        input = Simd16.Broadcast(rows[96]);
                        a6 = Simd16.MultiplyAdd(input, w0, a6);
                        input = Simd16.Broadcast(rows[112]);
                        a7 = Simd16.MultiplyAdd(input, w0, a7);
                        input = Simd16.Broadcast(rows[128]);
                        a8 = Simd16.MultiplyAdd(input, w0, a8);
                        input = Simd16.Broadcast(rows[144]);
                        a9 = Simd16.MultiplyAdd(input, w0, a9);
                        input = Simd16.Broadcast(rows[160]);
                        a10 = Simd16.MultiplyAdd(input, w0, a10);
                        input = Simd16.Broadcast(rows[176]);
                        a11 = Simd16.MultiplyAdd(input, w0, a11);
                        input = Simd16.Broadcast(rows[192]);
                        a12 = Simd16.MultiplyAdd(input, w0, a12);
                        input = Simd16.Broadcast(rows[208]);
                        a13 = Simd16.MultiplyAdd(input, w0, a13);
                    }
                }
            }

            Store(product, group, 0, a0);
            Store(product, group, 1, a1);
            Store(product, group, 2, a2);
            Store(product, group, 3, a3);
            Store(product, group, 4, a4);
            Store(product, group, 5, a5);
            Store(product, group, 6, a6);
            Store(product, group, 7, a7);
            Store(product, group, 8, a8);
            Store(product, group, 9, a9);
            Store(product, group, 10, a10);
            Store(product, group, 11, a11);
            Store(product, group, 12, a12);
            Store(product, group, 13, a13);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Gather(in MatrixProduct product, float* x, int group, int tap, float* gathered)
    {
        if (product.XOffsets == null)
            return x + (group * Rows * KernelSet.Block);
        var offsets = product.XOffsets + (((group * product.Taps) + tap) * Rows);
        for (var r = 0; r < Rows; r++)
            Simd16.Load(offsets[r] < 0 ? KernelSet.Zeros : x + offsets[r]).Store(gathered + (r * KernelSet.Block));
        return gathered;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Output(in MatrixProduct product, int group, int row)
    {
        var r = (group * Rows) + row;
        return product.Y + (product.YOffsets == null ? r * KernelSet.Block : product.YOffsets[r]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in MatrixProduct product, int group, int row, Simd16 value) =>
        value.Store(Output(product, group, row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in MatrixProduct product, int group, int row, Simd16 first, Simd16 second)
    {
        var y = Output(product, group, row);
        first.Store(y);
        second.Store(y + product.YBlock);
    }
}
