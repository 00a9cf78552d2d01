namespace TorchSharp.Kernels;

/// <summary>Brings operands to their common element type and picks the kernel for it.</summary>
internal static class Dispatch
{
    /// <summary>op on the promoted type; for operations that whole numbers have too.</summary>
    public static Tensor Binary<TOp>(Tensor a, Tensor b, TOp op)
        where TOp : struct, IBinaryOp, IIntegerOp
    {
        var type = Promotion.Of(a, b);
        using var left = a.As(type);
        using var right = b.As(type);
        if (type == ScalarType.Float32)
            return Elementwise.Binary(left, right, op);
        var output = Tensor.EmptyStrided(Shape.Broadcast(a.Sizes, b.Sizes), type);
        Integer(output, left, right, op);
        return output;
    }

    /// <summary>a = op(a, b) in a's memory.</summary>
    public static void BinaryInto<TOp>(Tensor a, Tensor b, TOp op)
        where TOp : struct, IBinaryOp, IIntegerOp
    {
        a.CheckBroadcastsInto(b);
        CheckCastable(Promotion.Of(a, b), a.dtype);
        using var right = b.As(a.dtype);
        if (a.dtype == ScalarType.Float32)
            Elementwise.BinaryInto(a, a, right, op);
        else
            Integer(a, a, right, op);
    }

    /// <summary>op on float32, whatever the operands are.</summary>
    public static Tensor FloatBinary<TOp>(Tensor a, Tensor b, TOp op)
        where TOp : struct, IBinaryOp
    {
        using var left = a.As(ScalarType.Float32);
        using var right = b.As(ScalarType.Float32);
        return Elementwise.Binary(left, right, op);
    }

    /// <summary>op on whole numbers or Bool only.</summary>
    public static Tensor Whole<TOp>(Tensor a, Tensor b, TOp op)
        where TOp : struct, IIntegerOp
    {
        var type = Promotion.Of(a, b);
        if (type == ScalarType.Float32)
            throw new ExternalException("Bitwise operations are defined on whole numbers and Bool, not on 'Float'.");
        using var left = a.As(type);
        using var right = b.As(type);
        var output = Tensor.EmptyStrided(Shape.Broadcast(a.Sizes, b.Sizes), type);
        Integer(output, left, right, op);
        return output;
    }

    public static void CheckCastable(ScalarType result, ScalarType output)
    {
        if (result == ScalarType.Float32 && output != ScalarType.Float32)
            throw new ExternalException($"result type {result} can't be cast to the desired output type {output}");
        if (result != ScalarType.Bool && output == ScalarType.Bool)
            throw new ExternalException($"result type {result} can't be cast to the desired output type {output}");
    }

    private static void Integer<TOp>(Tensor output, Tensor a, Tensor b, TOp op)
        where TOp : struct, IIntegerOp
    {
        var o = Operand.Of(output);
        var x = Operand.Of(a);
        var y = Operand.Of(b);
        if (output.dtype == ScalarType.Int64)
            TensorLoop.Run(new IntegerKernel<TOp, long>(op), output.Sizes, o, x, y);
        else if (output.dtype == ScalarType.Int32)
            TensorLoop.Run(new IntegerKernel<TOp, int>(op), output.Sizes, o, x, y);
        else
            TensorLoop.Run(new BoolKernel<TOp>(op), output.Sizes, o, x, y);
    }
}
