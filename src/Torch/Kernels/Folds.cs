namespace TorchSharp.Kernels;

/// <summary>A reduction that takes one element after the other, in row-major order of the reduced dimensions.</summary>
/// <typeparam name="T">Element type of the input.</typeparam>
/// <typeparam name="TResult">Element type of the output.</typeparam>
internal interface IFold<T, TResult>
    where T : unmanaged
    where TResult : unmanaged
{
    /// <summary>The result of one output's elements.</summary>
    TResult Invoke(in FoldRow<T> row);
}

/// <summary>The elements that make one output.</summary>
internal readonly unsafe struct FoldRow<T>(T* start, ReducePlan plan)
    where T : unmanaged
{
    public long Count => plan.InnerCount;

    public T this[long index] =>
        start[plan.InnerSizes.Length == 1 ? index * plan.InnerStrides[0] : ReducePlan.Offset(index, plan.InnerSizes, plan.InnerStrides)];
}

internal static unsafe class Folds
{
    /// <summary>Folds the dimensions marked into a tensor of sizes <paramref name="kept"/>.</summary>
    public static Tensor Run<T, TResult, TFold>(Tensor x, bool[] reduced, ReadOnlySpan<long> kept, TFold fold)
        where T : unmanaged
        where TResult : unmanaged
        where TFold : IFold<T, TResult>
    {
        var output = Tensor.EmptyStrided(kept, TypeOf<TResult>());
        var source = (T*)x.Strided().Pointer;
        var target = (TResult*)output.Pointer;
        var plan = new ReducePlan(x.Sizes, x.Body.Strides, reduced);
        Sums.Parts(output.Count, plan.InnerCount, (begin, end) =>
        {
            for (var i = begin; i < end; i++)
                target[i] = fold.Invoke(new FoldRow<T>(source + ReducePlan.Offset(i, plan.KeptSizes, plan.KeptStrides), plan));
        });
        GC.KeepAlive(x);
        return output;
    }
}

/// <summary>Sum of whole numbers.</summary>
internal readonly struct SumFold : IFold<long, long>
{
    public long Invoke(in FoldRow<long> row)
    {
        var sum = 0L;
        for (var i = 0L; i < row.Count; i++)
            sum += row[i];
        return sum;
    }
}

/// <summary>Product; of floats in double precision.</summary>
internal readonly struct ProductFold : IFold<float, float>, IFold<long, long>
{
    public float Invoke(in FoldRow<float> row)
    {
        var product = 1.0;
        for (var i = 0L; i < row.Count; i++)
            product *= row[i];
        return (float)product;
    }

    public long Invoke(in FoldRow<long> row)
    {
        var product = 1L;
        for (var i = 0L; i < row.Count; i++)
            product *= row[i];
        return product;
    }
}

/// <summary>Position of the largest (or smallest) element: the first among equals, the first NaN where there is one.</summary>
internal readonly struct ExtremumIndexFold(bool largest) : IFold<float, long>, IFold<long, long>
{
    public long Invoke(in FoldRow<float> row)
    {
        var best = 0L;
        for (var i = 0L; i < row.Count; i++)
        {
            var (value, held) = (row[i], row[best]);
            if (float.IsNaN(value))
                return i;
            if (largest ? value > held : value < held)
                best = i;
        }

        return best;
    }

    public long Invoke(in FoldRow<long> row)
    {
        var best = 0L;
        for (var i = 0L; i < row.Count; i++)
        {
            if (largest ? row[i] > row[best] : row[i] < row[best])
                best = i;
        }

        return best;
    }
}

/// <summary>Whether any, or all, are true.</summary>
internal readonly struct TruthFold(bool all) : IFold<bool, bool>
{
    public bool Invoke(in FoldRow<bool> row)
    {
        for (var i = 0L; i < row.Count; i++)
        {
            if (row[i] != all)
                return !all;
        }

        return all;
    }
}
