using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>Computes an <see cref="OuterProduct"/>; every element is summed in the order of the rows, whatever the blocking.</summary>
internal static unsafe class OuterProductKernels
{
    /// <summary>
    /// Four inputs by two vectors of outputs at a time: eight accumulators are just enough to hide the latency of two multiply-adds
    /// a cycle, and 16 is a multiple of four (it is not of six).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add4x2<V>(in OuterProduct product)
        where V : unmanaged, ISimd<V>
    {
        var aRow = product.ARow;
        for (var i = 0; i < KernelSet.Block; i += 4)
        {
            for (var j = 0; j < KernelSet.Block; j += 2 * V.Count)
            {
                var s = product.Addend + (i * KernelSet.Block) + j;
                V s00 = V.Load(s), s01 = V.Load(s + V.Count), s10 = V.Load(s + 16), s11 = V.Load(s + 16 + V.Count);
                V s20 = V.Load(s + 32), s21 = V.Load(s + 32 + V.Count), s30 = V.Load(s + 48), s31 = V.Load(s + 48 + V.Count);
                for (var line = 0; line < product.Lines; line++)
                {
                    var a = product.A + (line * product.ALine) + i;
                    var b = product.B + (line * product.BLine) + j;
                    for (var row = product.Rows; row > 0; row--, a += aRow, b += KernelSet.Block)
                    {
                        V right0 = V.Load(b), right1 = V.Load(b + V.Count);
                        var left = V.Broadcast(a[0]);
                        s00 = V.MultiplyAdd(left, right0, s00);
                        s01 = V.MultiplyAdd(left, right1, s01);
                        left = V.Broadcast(a[1]);
                        s10 = V.MultiplyAdd(left, right0, s10);
                        s11 = V.MultiplyAdd(left, right1, s11);
                        left = V.Broadcast(a[2]);
                        s20 = V.MultiplyAdd(left, right0, s20);
                        s21 = V.MultiplyAdd(left, right1, s21);
                        left = V.Broadcast(a[3]);
                        s30 = V.MultiplyAdd(left, right0, s30);
                        s31 = V.MultiplyAdd(left, right1, s31);
                    }
                }

                s = product.Sum + (i * KernelSet.Block) + j;
                s00.Store(s);
                s01.Store(s + V.Count);
                s10.Store(s + 16);
                s11.Store(s + 16 + V.Count);
                s20.Store(s + 32);
                s21.Store(s + 32 + V.Count);
                s30.Store(s + 48);
                s31.Store(s + 48 + V.Count);
            }
        }
    }

    /// <summary>All sixteen inputs by one vector of 16 outputs: one pass over the rows (AVX-512).</summary>
    /// <remarks>In plain vectors, because the compiler folds the broadcasts into the multiply-adds only there.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add16x1(in OuterProduct product)
    {
        var s = product.Addend;
        Vector512<float> s0 = Vector512.Load(s + 0), s1 = Vector512.Load(s + 16);
        Vector512<float> s2 = Vector512.Load(s + 32), s3 = Vector512.Load(s + 48);
        Vector512<float> s4 = Vector512.Load(s + 64), s5 = Vector512.Load(s + 80);
        Vector512<float> s6 = Vector512.Load(s + 96), s7 = Vector512.Load(s + 112);
        Vector512<float> s8 = Vector512.Load(s + 128), s9 = Vector512.Load(s + 144);
        Vector512<float> s10 = Vector512.Load(s + 160), s11 = Vector512.Load(s + 176);
        Vector512<float> s12 = Vector512.Load(s + 192), s13 = Vector512.Load(s + 208);
        Vector512<float> s14 = Vector512.Load(s + 224), s15 = Vector512.Load(s + 240);
        var aRow = product.ARow;
        for (var line = 0; line < product.Lines; line++)
        {
            var a = product.A + (line * product.ALine);
            var b = product.B + (line * product.BLine);
            for (var row = product.Rows; row > 0; row--, a += aRow, b += KernelSet.Block)
            {
                var right = Vector512.Load(b);
                s0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[0]), right, s0);
                s1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[1]), right, s1);
                s2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[2]), right, s2);
                s3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[3]), right, s3);
                s4 = Vector512.FusedMultiplyAdd(Vector512.Create(a[4]), right, s4);
                s5 = Vector512.FusedMultiplyAdd(Vector512.Create(a[5]), right, s5);
                s6 = Vector512.FusedMultiplyAdd(Vector512.Create(a[6]), right, s6);
                s7 = Vector512.FusedMultiplyAdd(Vector512.Create(a[7]), right, s7);
                s8 = Vector512.FusedMultiplyAdd(Vector512.Create(a[8]), right, s8);
                s9 = Vector512.FusedMultiplyAdd(Vector512.Create(a[9]), right, s9);
                s10 = Vector512.FusedMultiplyAdd(Vector512.Create(a[10]), right, s10);
                s11 = Vector512.FusedMultiplyAdd(Vector512.Create(a[11]), right, s11);
                s12 = Vector512.FusedMultiplyAdd(Vector512.Create(a[12]), right, s12);
                s13 = Vector512.FusedMultiplyAdd(Vector512.Create(a[13]), right, s13);
                s14 = Vector512.FusedMultiplyAdd(Vector512.Create(a[14]), right, s14);
                s15 = Vector512.FusedMultiplyAdd(Vector512.Create(a[15]), right, s15);
            }
        }

        s = product.Sum;
        s0.Store(s + 0);
        s1.Store(s + 16);
        s2.Store(s + 32);
        s3.Store(s + 48);
        s4.Store(s + 64);
        s5.Store(s + 80);
        s6.Store(s + 96);
        s7.Store(s + 112);
        s8.Store(s + 128);
        s9.Store(s + 144);
        s10.Store(s + 160);
        s11.Store(s + 176);
        s12.Store(s + 192);
        s13.Store(s + 208);
        s14.Store(s + 224);
        s15.Store(s + 240);
    }
}
