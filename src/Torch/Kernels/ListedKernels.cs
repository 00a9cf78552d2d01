using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <summary>Computes a <see cref="ListedProduct"/>, each sum in the order of the list.</summary>
/// <remarks>
/// A 14 x 14 image has 16 tiles: sixteen rows by one vector of AVX-512, so 16 accumulators, or six rows by two vectors as in
/// <see cref="MatrixKernels"/>.
/// </remarks>
internal static unsafe class ListedKernels
{
    public const int Rows512 = 16;
    public const int Rows = 6;

    private const int Block = KernelSet.Block;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply16x1(in ListedProduct product)
    {
        int* channels = product.Channels, end = channels + product.Depth;
        var weightsRow = product.WeightsRow;
        for (var group = 0; group < product.Groups; group++)
        {
            var x = product.X + (group * Rows512 * Block);
            var w = product.Weights;
            Simd16 a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
            Simd16 a8 = default, a9 = default, a10 = default, a11 = default, a12 = default, a13 = default, a14 = default, a15 = default;
            for (var channel = channels; channel < end; channel++, w += weightsRow)
            {
                var input = x + *channel;
                var weights = Simd16.Load(w);
                a0 = Simd16.MultiplyAdd(Simd16.Broadcast(input[0]), weights, a0);
                a1 = Simd16.MultiplyAdd(Simd16.Broadcast(input[16]), weights, a1);
                a2 = Simd16.MultiplyAdd(Simd16.Broadcast(input[32]), weights, a2);
                a3 = Simd16.MultiplyAdd(Simd16.Broadcast(input[48]), weights, a3);
                a4 = Simd16.MultiplyAdd(Simd16.Broadcast(input[64]), weights, a4);
                a5 = Simd16.MultiplyAdd(Simd16.Broadcast(input[80]), weights, a5);
                a6 = Simd16.MultiplyAdd(Simd16.Broadcast(input[96]), weights, a6);
                a7 = Simd16.MultiplyAdd(Simd16.Broadcast(input[112]), weights, a7);
                a8 = Simd16.MultiplyAdd(Simd16.Broadcast(input[128]), weights, a8);
                a9 = Simd16.MultiplyAdd(Simd16.Broadcast(input[144]), weights, a9);
                a10 = Simd16.MultiplyAdd(Simd16.Broadcast(input[160]), weights, a10);
                a11 = Simd16.MultiplyAdd(Simd16.Broadcast(input[176]), weights, a11);
                a12 = Simd16.MultiplyAdd(Simd16.Broadcast(input[192]), weights, a12);
                a13 = Simd16.MultiplyAdd(Simd16.Broadcast(input[208]), weights, a13);
                a14 = Simd16.MultiplyAdd(Simd16.Broadcast(input[224]), weights, a14);
                a15 = Simd16.MultiplyAdd(Simd16.Broadcast(input[240]), weights, a15);
            }

            var y = product.Y + (group * Rows512 * Block);
            a0.Store(y);
            a1.Store(y + 16);
            a2.Store(y + 32);
            a3.Store(y + 48);
            a4.Store(y + 64);
            a5.Store(y + 80);
            a6.Store(y + 96);
            a7.Store(y + 112);
            a8.Store(y + 128);
            a9.Store(y + 144);
            a10.Store(y + 160);
            a11.Store(y + 176);
            a12.Store(y + 192);
            a13.Store(y + 208);
            a14.Store(y + 224);
            a15.Store(y + 240);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply6x2<V>(in ListedProduct product)
        where V : unmanaged, ISimd<V>
    {
        int* channels = product.Channels, end = channels + product.Depth;
        var weightsRow = product.WeightsRow;
        for (var group = 0; group < product.Groups; group++)
        {
            var x = product.X + (group * Rows * Block);
            for (var column = 0; column < Block; column += 2 * V.Count)
            {
                var w = product.Weights + column;
                V a00 = default, a01 = default, a10 = default, a11 = default, a20 = default, a21 = default;
                V a30 = default, a31 = default, a40 = default, a41 = default, a50 = default, a51 = default;
                for (var channel = channels; channel < end; channel++, w += weightsRow)
                {
                    var from = x + *channel;
                    V w0 = V.Load(w), w1 = V.Load(w + V.Count);
                    var input = V.Broadcast(from[0]);
                    a00 = V.MultiplyAdd(input, w0, a00);
                    a01 = V.MultiplyAdd(input, w1, a01);
                    input = V.Broadcast(from[16]);
                    a10 = V.MultiplyAdd(input, w0, a10);
                    a11 = V.MultiplyAdd(input, w1, a11);
                    input = V.Broadcast(from[32]);
                    a20 = V.MultiplyAdd(input, w0, a20);
                    a21 = V.MultiplyAdd(input, w1, a21);
                    input = V.Broadcast(from[48]);
                    a30 = V.MultiplyAdd(input, w0, a30);
                    a31 = V.MultiplyAdd(input, w1, a31);
                    input = V.Broadcast(from[64]);
                    a40 = V.MultiplyAdd(input, w0, a40);
                    a41 = V.MultiplyAdd(input, w1, a41);
                    input = V.Broadcast(from[80]);
                    a50 = V.MultiplyAdd(input, w0, a50);
                    a51 = V.MultiplyAdd(input, w1, a51);
                }

                var y = product.Y + (group * Rows * Block) + column;
                a00.Store(y);
                a01.Store(y + V.Count);
                a10.Store(y + 16);
                a11.Store(y + 16 + V.Count);
                a20.Store(y + 32);
                a21.Store(y + 32 + V.Count);
                a30.Store(y + 48);
                a31.Store(y + 48 + V.Count);
                a40.Store(y + 64);
                a41.Store(y + 64 + V.Count);
                a50.Store(y + 80);
                a51.Store(y + 80 + V.Count);
            }
        }
    }
}
