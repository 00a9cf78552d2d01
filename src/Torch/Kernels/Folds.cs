namespace TorchSharp.Kernels;

/// <summary>Reductions that fold one element after the other, in row-major order of the reduced dimensions.</summary>
internal static unsafe class Folds
{
    /// <summary>Int64 input to Int64 output of sizes <paramref name="kept"/>.</summary>
    public static Tensor Integer(Tensor x, bool[] reduced, long[] kept, long seed, Func<long, long, long> fold)
    {
        var output = Tensor.EmptyStrided(kept, ScalarType.Int64);
        var source = (long*)x.Strided().Pointer;
        var target = (long*)output.Pointer;
        var plan = new ReducePlan(x.Sizes, x.Body.Strides, reduced);
        Sums.Parts(output.Count, plan.InnerCount, (begin, end) =>
        {
            for (var i = begin; i < end; i++)
            {
                var start = source + ReducePlan.Offset(i, plan.KeptSizes, plan.KeptStrides);
                var value = seed;
                for (var j = 0L; j < plan.InnerCount; j++)
                    value = fold(value, start[ReducePlan.Offset(j, plan.InnerSizes, plan.InnerStrides)]);
                target[i] = value;
            }
        });
        return output;
    }
}
