using TorchSharp.Memory;

namespace TorchSharp.Kernels;

/// <summary>Elementwise operations on tensors of any layout, without recording. Tensors of one blocked shape are worked on as flat arrays.</summary>
internal static unsafe class Elementwise
{
    private static readonly long[] One = [1];

    public static Tensor Unary<TOp>(Tensor x, TOp op)
        where TOp : struct, IUnaryOp
    {
        var output = x.EmptySame();
        UnaryInto(output, x, op);
        return output;
    }

    public static void UnaryInto<TOp>(Tensor output, Tensor x, TOp op)
        where TOp : struct, IUnaryOp
    {
        if (IsFlat(output, x))
            TensorLoop.Run(new UnaryKernel<TOp>(op), [x.Count], Flat(output), Flat(x));
        else
            TensorLoop.Run(new UnaryKernel<TOp>(op), output.Sizes, Operand.Of(output), Operand.Of(x));
    }

    /// <summary>Float32 operands to a new tensor of their common shape, blocked where an operand is.</summary>
    public static Tensor Binary<TOp>(Tensor a, Tensor b, TOp op)
        where TOp : struct, IBinaryOp
    {
        var shape = Shape.Broadcast(a.Sizes, b.Sizes);
        var output = StaysBlocked(a, b, shape) ? Tensor.EmptyBlocked(shape) : Tensor.EmptyStrided(shape);
        BinaryInto(output, a, b, op);
        return output;
    }

    /// <summary>Float32 operands that broadcast to the output's shape.</summary>
    public static void BinaryInto<TOp>(Tensor output, Tensor a, Tensor b, TOp op)
        where TOp : struct, IBinaryOp
    {
        var kernel = new BinaryKernel<TOp>(op);
        if (!output.IsBlocked || !FitsBlocked(a, output.Sizes) || !FitsBlocked(b, output.Sizes)
            || LayoutsConflict(a, b) || LayoutsConflict(output, a) || LayoutsConflict(output, b))
        {
            TensorLoop.Run(kernel, output.Sizes, Operand.Of(output), Operand.Of(a), Operand.Of(b));
            return;
        }

        using var left = AsBlockedOperand(a, output.Sizes);
        using var right = AsBlockedOperand(b, output.Sizes);
        var shape = output.Sizes;
        if (IsPerChannel(left) || IsPerChannel(right))
        {
            long[] blocks = [shape[0], shape[1] / Storage.BlockSize, shape[2] * shape[3], Storage.BlockSize];
            var strides = Shape.ContiguousStrides(blocks);
            TensorLoop.Run(
                kernel, blocks, new Operand(output.Pointer, 4, blocks, strides), InBlocks(left, blocks, strides), InBlocks(right, blocks, strides));
        }
        else
        {
            TensorLoop.Run(kernel, [output.Count], Flat(output), Flat(left), Flat(right));
        }
    }

    /// <summary>A tensor as an array in the order of its memory; one element stands for all.</summary>
    public static Operand Flat(Tensor tensor) =>
        tensor.Count == 1 ? new Operand(tensor.Pointer, SizeOf(tensor.dtype), [], []) : new Operand(tensor.Pointer, SizeOf(tensor.dtype), tensor.Body.CountAsSizes, One);

    /// <summary>Whether tensors of one shape hold their elements in the same order in memory without gaps.</summary>
    public static bool IsFlat(Tensor a, Tensor b) =>
        a.IsBlocked ? b.IsBlocked : !b.IsBlocked && !a.Body.Storage.IsBlocked && !b.Body.Storage.IsBlocked && a.Body.IsContiguous && b.Body.IsContiguous;

    /// <summary>Whether a result on these operands should be blocked: one is, with the full shape, and the other can take part.</summary>
    public static bool StaysBlocked(Tensor a, Tensor b, long[] shape) =>
        (IsBlockedAs(a, shape) && FitsBlocked(b, shape)) || (IsBlockedAs(b, shape) && FitsBlocked(a, shape));

    /// <summary>Two views of one storage that cannot both have their layout.</summary>
    private static bool LayoutsConflict(Tensor a, Tensor b) =>
        ReferenceEquals(a.Body.Storage, b.Body.Storage) && (!a.IsBlocked || !b.IsBlocked);

    private static bool IsBlockedAs(Tensor tensor, long[] shape) => tensor.IsBlocked && tensor.Sizes.AsSpan().SequenceEqual(shape);

    private static bool FitsBlocked(Tensor tensor, long[] shape) =>
        tensor.Count == 1 || tensor.Sizes.AsSpan().SequenceEqual(shape) || IsPerChannelOf(tensor.Sizes, shape);

    /// <summary>Sizes [N or 1, C, 1, 1] or [C, 1, 1] beside [N, C, H, W].</summary>
    private static bool IsPerChannelOf(long[] sizes, long[] shape) =>
        sizes.Length is 3 or 4 && sizes[^1] == 1 && sizes[^2] == 1 && sizes[^3] == shape[1] && (sizes.Length == 3 || sizes[0] == 1 || sizes[0] == shape[0]);

    private static bool IsPerChannel(Tensor tensor) => tensor.Count > 1 && !tensor.IsBlocked;

    private static Tensor AsBlockedOperand(Tensor tensor, long[] shape) =>
        tensor.Count > 1 && tensor.Sizes.AsSpan().SequenceEqual(shape) ? tensor.Blocked() : tensor.Strided().NewHandle();

    private static Operand InBlocks(Tensor tensor, long[] blocks, long[] strides)
    {
        if (tensor.IsBlocked)
            return new Operand(tensor.Pointer, 4, blocks, strides);
        if (tensor.Count == 1)
            return Flat(tensor);
        var own = tensor.Body.Strides;
        var image = own.Length == 4 && tensor.Sizes[0] > 1 ? own[0] : 0;
        return new Operand(tensor.Pointer, 4, blocks, new[] { image, own[^3] * Storage.BlockSize, 0, own[^3] });
    }
}
