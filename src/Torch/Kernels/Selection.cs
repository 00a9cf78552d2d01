namespace TorchSharp.Kernels;

/// <summary>Takes each element from one of two tensors.</summary>
internal static class Selection
{
    public static Tensor Run(Tensor condition, Tensor x, Tensor y)
    {
        if (condition.dtype != ScalarType.Bool)
            throw new ExternalException($"where expected condition to be a boolean tensor, but got a tensor with dtype {condition.dtype}");
        var type = Promotion.Of(x, y);
        using var left = x.As(type);
        using var right = y.As(type);
        var shape = Shape.Broadcast(condition.Sizes, Shape.Broadcast(x.Sizes, y.Sizes));
        var output = Tensor.EmptyStrided(shape, type);
        var o = Operand.Of(output);
        var c = Operand.Of(condition);
        var a = Operand.Of(left);
        var b = Operand.Of(right);
        if (SizeOf(type) == 4)
            TensorLoop.Run(new SelectKernel<int>(), shape, o, c, a, b);
        else if (SizeOf(type) == 8)
            TensorLoop.Run(new SelectKernel<long>(), shape, o, c, a, b);
        else
            TensorLoop.Run(new SelectKernel<byte>(), shape, o, c, a, b);
        return output;
    }
}

/// <summary>out = condition ? a : b, for any type of T's size.</summary>
internal readonly unsafe struct SelectKernel<T> : IRowKernel
    where T : unmanaged
{
    public void Invoke(byte** data, long* strides, long count)
    {
        for (var i = 0L; i < count; i++)
        {
            *(T*)(data[0] + (i * strides[0])) =
                *(bool*)(data[1] + (i * strides[1])) ? *(T*)(data[2] + (i * strides[2])) : *(T*)(data[3] + (i * strides[3]));
        }
    }
}
