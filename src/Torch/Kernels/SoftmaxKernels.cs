using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>Softmax and its logarithm over contiguous rows of float32, and their gradients.</summary>
internal static unsafe class SoftmaxKernels
{
    /// <summary>y of x, both contiguous rows of <paramref name="width"/>.</summary>
    public static void Run(Tensor x, Tensor y, long rows, long width, bool log)
    {
        float* from = x.Floats, to = y.Floats;
        Sums.Parts(rows, width * 4, (begin, end) =>
        {
            for (var row = begin; row < end; row++)
                Row(from + (row * width), to + (row * width), width, log);
        });
    }

    /// <summary>Gradient from that of the result and the result: y (g - sum g y), or g - e^y sum g.</summary>
    public static void Gradient(Tensor g, Tensor y, Tensor dx, long rows, long width, bool log)
    {
        float* gradient = g.Floats, result = y.Floats, to = dx.Floats;
        Sums.Parts(rows, width * 4, (begin, end) =>
        {
            for (var row = begin; row < end; row++)
                GradientRow(gradient + (row * width), result + (row * width), to + (row * width), width, log);
        });
    }

    /// <summary>log(sum e^x) of each row.</summary>
    public static void LogSumExp(Tensor x, Tensor sums, long width)
    {
        for (var row = 0L; row < sums.Count; row++)
            sums.Floats[row] = LogSumExp(x.Floats + (row * width), width);
    }

    private static float LogSumExp(float* x, long width)
    {
        var max = Max(x, width);
        return float.IsInfinity(max) ? max : max + (float)Math.Log(SumExp(x, null, width, max));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row(float* x, float* y, long width, bool log)
    {
        var max = Max(x, width);
        var sum = SumExp(x, log ? null : y, width, max);
        var logSum = (float)Math.Log(sum);
        var scale = (float)(1 / sum);
        for (var i = 0L; i < width; i++)
            y[i] = log ? x[i] - max - logSum : y[i] * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Max(float* x, long width)
    {
        var max = float.NegativeInfinity;
        for (var i = 0L; i < width; i++)
            max = MathF.Max(max, x[i]);
        return max;
    }

    /// <summary>Sum of e^(x - max), each stored in y where given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumExp(float* x, float* y, long width, float max)
    {
        var sum = 0.0;
        var i = 0L;
        for (; i <= width - 8; i += 8)
        {
            var e = VectorMath.Exp(Vector256.Load(x + i) - Vector256.Create(max));
            if (y != null)
                e.Store(y + i);
            var (low, high) = Vector256.Widen(e);
            sum += Vector256.Sum(low + high);
        }

        for (; i < width; i++)
        {
            var e = default(ExpOp).Invoke(x[i] - max);
            if (y != null)
                y[i] = e;
            sum += e;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientRow(float* g, float* y, float* dx, long width, bool log)
    {
        var sum = 0.0;
        for (var i = 0L; i < width; i++)
            sum += log ? g[i] : (double)g[i] * y[i];
        var total = (float)sum;
        for (var i = 0L; i < width; i++)
            dx[i] = log ? g[i] - (default(ExpOp).Invoke(y[i]) * total) : y[i] * (g[i] - total);
    }
}
