namespace TorchSharp.Kernels;

/// <summary>Relations between tensors of any element types, on their promoted type.</summary>
internal static class Comparison
{
    public static Tensor Run<TOp>(Tensor a, Tensor b, TOp op)
        where TOp : struct, ICompareOp
    {
        var type = Promotion.Of(a, b);
        using var left = a.As(type);
        using var right = b.As(type);
        var output = Tensor.EmptyStrided(Shape.Broadcast(a.Sizes, b.Sizes), ScalarType.Bool);
        var o = Operand.Of(output);
        var x = Operand.Of(left);
        var y = Operand.Of(right);
        if (type == ScalarType.Float32)
            TensorLoop.Run(new CompareFloatKernel<TOp>(op), output.Sizes, o, x, y);
        else if (type == ScalarType.Int64)
            TensorLoop.Run(new CompareIntegerKernel<TOp, long>(op), output.Sizes, o, x, y);
        else if (type == ScalarType.Int32)
            TensorLoop.Run(new CompareIntegerKernel<TOp, int>(op), output.Sizes, o, x, y);
        else
            TensorLoop.Run(new CompareIntegerKernel<TOp, byte>(op), output.Sizes, o, x, y);
        return output;
    }
}
