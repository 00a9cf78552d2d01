namespace TorchSharp.Kernels;

/// <summary>Copies or adds rows between a contiguous tensor [rows, rest...] and places in another.</summary>
internal static unsafe class RowCopy
{
    /// <summary>rows[j] = the plan's view at its offset j.</summary>
    public static void Gather(Tensor rows, IndexPlan plan)
    {
        var (type, size, length) = (rows.dtype, SizeOf(rows.dtype), Shape.Count(plan.RestSizes));
        var source = plan.View.Strided().Pointer;
        var target = rows.Pointer;
        var strides = Shape.ContiguousStrides(plan.RestSizes);
        Sums.Parts(plan.Offsets.LongLength, Math.Max(length, 64), (begin, end) =>
        {
            for (var j = begin; j < end; j++)
            {
                Casts.Run(
                    type, type, plan.RestSizes,
                    new Operand(target + (j * length * size), size, plan.RestSizes, strides),
                    new Operand(source + (plan.Offsets[j] * size), size, plan.RestSizes, plan.RestStrides));
            }
        });
    }

    /// <summary>The plan's view at its offset j = rows[j], or += rows[j], in the order of j.</summary>
    public static void Scatter(IndexPlan plan, Tensor rows, bool accumulate)
    {
        var (type, size, length) = (rows.dtype, SizeOf(rows.dtype), Shape.Count(plan.RestSizes));
        var target = plan.View.Strided().Pointer;
        var source = rows.Pointer;
        var strides = Shape.ContiguousStrides(plan.RestSizes);
        for (var j = 0L; j < plan.Offsets.LongLength; j++)
        {
            var to = new Operand(target + (plan.Offsets[j] * size), size, plan.RestSizes, plan.RestStrides);
            var from = new Operand(source + (j * length * size), size, plan.RestSizes, strides);
            if (!accumulate)
                Casts.Run(type, type, plan.RestSizes, to, from);
            else if (type == ScalarType.Float32)
                TensorLoop.Run(new BinaryKernel<AddOp>(new AddOp(1)), plan.RestSizes, to, to, from);
            else if (type == ScalarType.Int64)
                TensorLoop.Run(new IntegerKernel<AddOp, long>(new AddOp(1)), plan.RestSizes, to, to, from);
            else if (type == ScalarType.Int32)
                TensorLoop.Run(new IntegerKernel<AddOp, int>(new AddOp(1)), plan.RestSizes, to, to, from);
            else
                TensorLoop.Run(new BoolKernel<AddOp>(new AddOp(1)), plan.RestSizes, to, to, from);
        }
    }
}
