namespace TorchSharp.Kernels;

/// <summary>Works on runs of elements: element i of operand k lies at <c>data[k] + i * strides[k]</c>; strides in bytes.</summary>
internal unsafe interface IRowKernel
{
    void Invoke(byte** data, long* strides, long count);
}

/// <summary>An operand of a loop: its elements as the loop's shape sees them.</summary>
/// <param name="data">First element.</param>
/// <param name="elementSize">In bytes.</param>
/// <param name="sizes">Broadcast to the loop's shape from the right; empty for one element.</param>
/// <param name="strides">In elements.</param>
internal unsafe readonly ref struct Operand(byte* data, int elementSize, ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides)
{
    public readonly byte* Data = data;
    public readonly int ElementSize = elementSize;
    public readonly ReadOnlySpan<long> Sizes = sizes;
    public readonly ReadOnlySpan<long> Strides = strides;

    /// <summary>A strided tensor.</summary>
    public static Operand Of(Tensor tensor) => new(tensor.Strided().Pointer, SizeOf(tensor.dtype), tensor.Sizes, tensor.Body.Strides);
}

/// <summary>Runs a row kernel over all elements of up to four broadcast operands. Dimensions that lie one behind the other in memory are joined first.</summary>
internal static unsafe class TensorLoop
{
    /// <summary>Elements a part takes: fixed, so that results never depend on the number of threads.</summary>
    private const long PartLength = 16 * 1024;
    private const int OperandsMax = 4;

    public static void Run<TKernel>(TKernel kernel, ReadOnlySpan<long> shape, Operand a, Operand b = default, Operand c = default, Operand d = default)
        where TKernel : struct, IRowKernel
    {
        Plan plan;
        plan.Rank = 0;
        plan.Operands = d.Data != null ? 4 : c.Data != null ? 3 : b.Data != null ? 2 : 1;
        SetOperand(&plan, 0, a, shape);
        SetOperand(&plan, 1, b, shape);
        SetOperand(&plan, 2, c, shape);
        SetOperand(&plan, 3, d, shape);
        var count = 1L;
        for (var dim = 0; dim < shape.Length; dim++)
        {
            count *= shape[dim];
            if (shape[dim] != 1)
                Join(&plan, dim, shape[dim]);
        }

        if (count == 0)
            return;
        if (count <= 2 * PartLength)
            Range(kernel, &plan, 0, count);
        else
            RunParts(kernel, &plan, count);
    }

    private static void RunParts<TKernel>(TKernel kernel, Plan* plan, long count)
        where TKernel : struct, IRowKernel =>
        Workers.Run((int)((count + PartLength - 1) / PartLength), part =>
            Range(kernel, plan, part * PartLength, Math.Min(count, (part + 1) * PartLength)));

    private static void SetOperand(Plan* plan, int index, Operand operand, ReadOnlySpan<long> shape)
    {
        plan->Data[index] = (nint)operand.Data;
        for (var dim = 0; dim < shape.Length; dim++)
        {
            var own = dim - (shape.Length - operand.Sizes.Length);
            plan->Raw[(dim * OperandsMax) + index] =
                own < 0 || operand.Sizes[own] == 1 ? 0 : operand.Strides[own] * operand.ElementSize;
        }
    }

    /// <summary>Appends a dimension to the plan, or widens the last one where all operands run on through it.</summary>
    private static void Join(Plan* plan, int dim, long size)
    {
        var raw = plan->Raw + (dim * OperandsMax);
        if (plan->Rank > 0)
        {
            var last = plan->Strides + ((plan->Rank - 1) * OperandsMax);
            var joins = true;
            for (var k = 0; k < plan->Operands; k++)
                joins &= last[k] == raw[k] * size;
            if (joins)
            {
                plan->Sizes[plan->Rank - 1] *= size;
                for (var k = 0; k < OperandsMax; k++)
                    last[k] = raw[k];
                return;
            }
        }

        plan->Sizes[plan->Rank] = size;
        for (var k = 0; k < OperandsMax; k++)
            plan->Strides[(plan->Rank * OperandsMax) + k] = raw[k];
        plan->Rank++;
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
    private static void Range<TKernel>(TKernel kernel, Plan* plan, long begin, long end)
        where TKernel : struct, IRowKernel
    {
        var inner = plan->Rank - 1;
        var rowLength = inner < 0 ? 1 : plan->Sizes[inner];
        var strides = inner < 0 ? plan->Raw : plan->Strides + (inner * OperandsMax);
        var index = stackalloc long[Shape.RankMax];
        var data = stackalloc byte*[OperandsMax];
        var rest = begin / rowLength;
        var column = begin % rowLength;
        for (var k = 0; k < plan->Operands; k++)
            data[k] = (byte*)plan->Data[k];
        for (var dim = inner - 1; dim >= 0; dim--)
        {
            index[dim] = rest % plan->Sizes[dim];
            rest /= plan->Sizes[dim];
            for (var k = 0; k < plan->Operands; k++)
                data[k] += index[dim] * plan->Strides[(dim * OperandsMax) + k];
        }

        var row = stackalloc byte*[OperandsMax];
        while (true)
        {
            var length = Math.Min(rowLength - column, end - begin);
            for (var k = 0; k < plan->Operands; k++)
                row[k] = data[k] + (inner < 0 ? 0 : column * strides[k]);
            kernel.Invoke(row, strides, length);
            begin += length;
            if (begin >= end)
                return;
            column = 0;
            for (var dim = inner - 1; dim >= 0; dim--)
            {
                var step = plan->Strides + (dim * OperandsMax);
                var wraps = ++index[dim] == plan->Sizes[dim];
                var move = wraps ? 1 - index[dim] : 1;
                for (var k = 0; k < plan->Operands; k++)
                    data[k] += move * step[k];
                if (!wraps)
                    break;
                index[dim] = 0;
            }
        }
    }

    private struct Plan
    {
        public int Rank;
        public int Operands;
        public fixed long Sizes[Shape.RankMax];
        public fixed long Strides[Shape.RankMax * OperandsMax];
        public fixed long Raw[Shape.RankMax * OperandsMax];
        public fixed long Data[OperandsMax];
    }
}
