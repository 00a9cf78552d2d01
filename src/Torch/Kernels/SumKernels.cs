using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>Sums of float32 in an order that only the length decides: floats within 4,096 elements, doubles beyond.</summary>
internal static unsafe class SumKernels
{
    private const long RunLength = 4096;

    /// <summary>Sum of elements that lie <paramref name="stride"/> elements apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(float* x, long stride, long count)
    {
        var total = 0.0;
        for (var begin = 0L; begin < count; begin += RunLength)
        {
            var length = Math.Min(RunLength, count - begin);
            total += stride == 1 ? Run(x + begin, length) : StridedRun(x + (begin * stride), stride, length);
        }

        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Run(float* x, long count)
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        var i = 0L;
        for (; i <= count - 32; i += 32)
        {
            s0 += Vector256.Load(x + i);
            s1 += Vector256.Load(x + i + 8);
            s2 += Vector256.Load(x + i + 16);
            s3 += Vector256.Load(x + i + 24);
        }

        double sum = Vector256.Sum(s0 + s1 + (s2 + s3));
        for (; i < count; i++)
            sum += x[i];
        return sum;
    }

    private static double StridedRun(float* x, long stride, long count)
    {
        var sum = 0.0;
        for (var i = 0L; i < count; i++)
            sum += x[i * stride];
        return sum;
    }

    /// <summary>Adds rows of <paramref name="width"/> floats that lie <paramref name="stride"/> apart to double sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddRows(float* x, long stride, long rows, double* sums, int width)
    {
        for (var row = 0L; row < rows; row++, x += stride)
        {
            var j = 0;
            for (; j <= width - 8; j += 8)
            {
                var (low, high) = Vector256.Widen(Vector256.Load(x + j));
                (Vector256.Load(sums + j) + low).Store(sums + j);
                (Vector256.Load(sums + j + 4) + high).Store(sums + j + 4);
            }

            for (; j < width; j++)
                sums[j] += x[j];
        }
    }
}
