using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <summary>Computes a <see cref="ListedProduct"/>, each sum in the order of the list.</summary>
/// <remarks>
/// A 14 x 14 image has nine tiles of 5 x 5, so rows are taken by nine: nine by two vectors with AVX-512, three by four in 16 registers, and
/// nine by one for a last odd block.
/// </remarks>
internal static unsafe class ListedKernels
{
    /// <summary>Rows computed at once; row counts are padded to a multiple of it.</summary>
    public const int Rows = 9;

    private const int Block = KernelSet.Block;

    public static void Multiply<V>(ListedProduct product)
        where V : unmanaged, ISimd<V>
    {
        var together = V.Count == 4 ? 1 : 2;
        if (V.Count == 16)
            Multiply9x2(product);
        else
            Multiply3x4<V>(product, together);
        var done = product.OutputBlocks / together * together;
        product.Weights += done * product.WeightsBlock;
        product.Y += done * product.YBlock;
        product.OutputBlocks -= done;
        if (product.OutputBlocks > 0)
            Multiply9x1<V>(product);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply9x1<V>(in ListedProduct product)
        where V : unmanaged, ISimd<V>
    {
        int* channels = product.Channels, weightRows = product.WeightRows;
        nint depth = product.Depth;
        for (var group = 0; group < product.Groups; group++)
        {
            var x = product.X + (group * Rows * Block);
            for (var block = 0; block < product.OutputBlocks; block++)
            {
                for (var column = 0; column < Block; column += V.Count)
                {
                    var w = product.Weights + (block * product.WeightsBlock) + column;
                    V a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default, a8 = default;
                    for (nint k = 0; k < depth; k++)
                    {
                        var from = x + channels[k];
                        var weights = V.Load(w + weightRows[k]);
                        a0 = V.MultiplyAdd(V.Broadcast(from[0]), weights, a0);
                        a1 = V.MultiplyAdd(V.Broadcast(from[16]), weights, a1);
                        a2 = V.MultiplyAdd(V.Broadcast(from[32]), weights, a2);
                        a3 = V.MultiplyAdd(V.Broadcast(from[48]), weights, a3);
                        a4 = V.MultiplyAdd(V.Broadcast(from[64]), weights, a4);
                        a5 = V.MultiplyAdd(V.Broadcast(from[80]), weights, a5);
                        a6 = V.MultiplyAdd(V.Broadcast(from[96]), weights, a6);
                        a7 = V.MultiplyAdd(V.Broadcast(from[112]), weights, a7);
                        a8 = V.MultiplyAdd(V.Broadcast(from[128]), weights, a8);
                    }

                    var to = product.Y + (block * product.YBlock) + (group * Rows * Block) + column;
                    a0.Store(to);
                    a1.Store(to + 16);
                    a2.Store(to + 32);
                    a3.Store(to + 48);
                    a4.Store(to + 64);
                    a5.Store(to + 80);
                    a6.Store(to + 96);
                    a7.Store(to + 112);
                    a8.Store(to + 128);
                }
            }
        }
    }

    /// <summary>Two blocks of outputs, a vector each (AVX-512): half as many broadcasts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply9x2(in ListedProduct product)
    {
        int* channels = product.Channels, weightRows = product.WeightRows;
        nint depth = product.Depth, weightsBlock = product.WeightsBlock;
        for (var group = 0; group < product.Groups; group++)
        {
            var x = product.X + (group * Rows * Block);
            for (var block = 0; block + 1 < product.OutputBlocks; block += 2)
            {
                var w = product.Weights + (block * weightsBlock);
                Simd16 a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default, a8 = default;
                Simd16 b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default, b8 = default;
                for (nint k = 0; k < depth; k++)
                {
                    var from = x + channels[k];
                    var weights = w + weightRows[k];
                    Simd16 w0 = Simd16.Load(weights), w1 = Simd16.Load(weights + weightsBlock);
                    var input = Simd16.Broadcast(from[0]);
                    a0 = Simd16.MultiplyAdd(input, w0, a0);
                    b0 = Simd16.MultiplyAdd(input, w1, b0);
                    input = Simd16.Broadcast(from[16]);
                    a1 = Simd16.MultiplyAdd(input, w0, a1);
                    b1 = Simd16.MultiplyAdd(input, w1, b1);
                    input = Simd16.Broadcast(from[32]);
                    a2 = Simd16.MultiplyAdd(input, w0, a2);
                    b2 = Simd16.MultiplyAdd(input, w1, b2);
                    input = Simd16.Broadcast(from[48]);
                    a3 = Simd16.MultiplyAdd(input, w0, a3);
                    b3 = Simd16.MultiplyAdd(input, w1, b3);
                    input = Simd16.Broadcast(from[64]);
                    a4 = Simd16.MultiplyAdd(input, w0, a4);
                    b4 = Simd16.MultiplyAdd(input, w1, b4);
                    input = Simd16.Broadcast(from[80]);
                    a5 = Simd16.MultiplyAdd(input, w0, a5);
                    b5 = Simd16.MultiplyAdd(input, w1, b5);
                    input = Simd16.Broadcast(from[96]);
                    a6 = Simd16.MultiplyAdd(input, w0, a6);
                    b6 = Simd16.MultiplyAdd(input, w1, b6);
                    input = Simd16.Broadcast(from[112]);
                    a7 = Simd16.MultiplyAdd(input, w0, a7);
                    b7 = Simd16.MultiplyAdd(input, w1, b7);
                    input = Simd16.Broadcast(from[128]);
                    a8 = Simd16.MultiplyAdd(input, w0, a8);
                    b8 = Simd16.MultiplyAdd(input, w1, b8);
                }

                var y = product.Y + (block * product.YBlock) + (group * Rows * Block);
                a0.Store(y);
                a1.Store(y + 16);
                a2.Store(y + 32);
                a3.Store(y + 48);
                a4.Store(y + 64);
                a5.Store(y + 80);
                a6.Store(y + 96);
                a7.Store(y + 112);
                a8.Store(y + 128);
                y += product.YBlock;
                b0.Store(y);
                b1.Store(y + 16);
                b2.Store(y + 32);
                b3.Store(y + 48);
                b4.Store(y + 64);
                b5.Store(y + 80);
                b6.Store(y + 96);
                b7.Store(y + 112);
                b8.Store(y + 128);
            }
        }
    }

    /// <summary>Three rows by four vectors, of as many <paramref name="blocks"/> of outputs: twelve accumulators, seven loads to twelve multiply-adds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply3x4<V>(in ListedProduct product, int blocks)
        where V : unmanaged, ISimd<V>
    {
        int* channels = product.Channels, weightRows = product.WeightRows;
        nint depth = product.Depth;
        var (third, y2) = blocks == 2 ? (product.WeightsBlock, product.YBlock) : (2 * V.Count, 2 * V.Count);
        for (var rows = 0; rows < product.Groups * Rows; rows += 3)
        {
            var x = product.X + (rows * Block);
            for (var block = 0; block + blocks <= product.OutputBlocks; block += blocks)
            {
                var w = product.Weights + (block * product.WeightsBlock);
                V a00 = default, a01 = default, a02 = default, a03 = default;
                V a10 = default, a11 = default, a12 = default, a13 = default;
                V a20 = default, a21 = default, a22 = default, a23 = default;
                for (nint k = 0; k < depth; k++)
                {
                    var from = x + channels[k];
                    var weights = w + weightRows[k];
                    V x0 = V.Broadcast(from[0]), x1 = V.Broadcast(from[16]), x2 = V.Broadcast(from[32]), w0 = V.Load(weights);
                    a00 = V.MultiplyAdd(x0, w0, a00);
                    a10 = V.MultiplyAdd(x1, w0, a10);
                    a20 = V.MultiplyAdd(x2, w0, a20);
                    w0 = V.Load(weights + V.Count);
                    a01 = V.MultiplyAdd(x0, w0, a01);
                    a11 = V.MultiplyAdd(x1, w0, a11);
                    a21 = V.MultiplyAdd(x2, w0, a21);
                    w0 = V.Load(weights + third);
                    a02 = V.MultiplyAdd(x0, w0, a02);
                    a12 = V.MultiplyAdd(x1, w0, a12);
                    a22 = V.MultiplyAdd(x2, w0, a22);
                    w0 = V.Load(weights + third + V.Count);
                    a03 = V.MultiplyAdd(x0, w0, a03);
                    a13 = V.MultiplyAdd(x1, w0, a13);
                    a23 = V.MultiplyAdd(x2, w0, a23);
                }

                var y = product.Y + (block * product.YBlock) + (rows * Block);
                a00.Store(y);
                a01.Store(y + V.Count);
                a02.Store(y + y2);
                a03.Store(y + y2 + V.Count);
                a10.Store(y + 16);
                a11.Store(y + 16 + V.Count);
                a12.Store(y + 16 + y2);
                a13.Store(y + 16 + y2 + V.Count);
                a20.Store(y + 32);
                a21.Store(y + 32 + V.Count);
                a22.Store(y + 32 + y2);
                a23.Store(y + 32 + y2 + V.Count);
            }
        }
    }
}
