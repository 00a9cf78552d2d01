using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>out = op(x), float32.</summary>
internal readonly unsafe struct UnaryKernel<TOp>(TOp op) : IRowKernel
    where TOp : struct, IUnaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Invoke(byte** data, long* strides, long count)
    {
        var i = 0L;
        if (strides[0] == 4 && strides[1] == 4)
        {
            var output = (float*)data[0];
            var x = (float*)data[1];
            for (; i <= count - 8; i += 8)
                op.Invoke(Vector256.Load(x + i)).Store(output + i);
        }

        for (; i < count; i++)
            *(float*)(data[0] + (i * strides[0])) = op.Invoke(*(float*)(data[1] + (i * strides[1])));
    }
}

/// <summary>out = op(a, b), float32.</summary>
internal readonly unsafe struct BinaryKernel<TOp>(TOp op) : IRowKernel
    where TOp : struct, IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Invoke(byte** data, long* strides, long count)
    {
        var output = (float*)data[0];
        var a = (float*)data[1];
        var b = (float*)data[2];
        var i = 0L;
        if (strides[0] == 4 && strides[1] == 4 && strides[2] == 4)
        {
            for (; i <= count - 8; i += 8)
                op.Invoke(Vector256.Load(a + i), Vector256.Load(b + i)).Store(output + i);
        }
        else if (strides[0] == 4 && strides[1] == 4 && strides[2] == 0)
        {
            var right = Vector256.Create(*b);
            for (; i <= count - 8; i += 8)
                op.Invoke(Vector256.Load(a + i), right).Store(output + i);
        }
        else if (strides[0] == 4 && strides[1] == 0 && strides[2] == 4)
        {
            var left = Vector256.Create(*a);
            for (; i <= count - 8; i += 8)
                op.Invoke(left, Vector256.Load(b + i)).Store(output + i);
        }

        for (; i < count; i++)
        {
            *(float*)(data[0] + (i * strides[0])) =
                op.Invoke(*(float*)(data[1] + (i * strides[1])), *(float*)(data[2] + (i * strides[2])));
        }
    }
}

/// <summary>out = op(a, b) on Int32 or Int64.</summary>
internal readonly unsafe struct IntegerKernel<TOp, T>(TOp op) : IRowKernel
    where TOp : struct, IIntegerOp
    where T : unmanaged, IBinaryInteger<T>
{
    public void Invoke(byte** data, long* strides, long count)
    {
        for (var i = 0L; i < count; i++)
        {
            var a = long.CreateTruncating(*(T*)(data[1] + (i * strides[1])));
            var b = long.CreateTruncating(*(T*)(data[2] + (i * strides[2])));
            *(T*)(data[0] + (i * strides[0])) = T.CreateTruncating(op.Invoke(a, b));
        }
    }
}

/// <summary>out = op(a, b) != 0 on Bool.</summary>
internal readonly unsafe struct BoolKernel<TOp>(TOp op) : IRowKernel
    where TOp : struct, IIntegerOp
{
    public void Invoke(byte** data, long* strides, long count)
    {
        for (var i = 0L; i < count; i++)
            *(bool*)(data[0] + (i * strides[0])) = op.Invoke(data[1][i * strides[1]], data[2][i * strides[2]]) != 0;
    }
}

/// <summary>Bool out = op(a, b), float32 operands.</summary>
internal readonly unsafe struct CompareFloatKernel<TOp>(TOp op) : IRowKernel
    where TOp : struct, ICompareOp
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Invoke(byte** data, long* strides, long count)
    {
        for (var i = 0L; i < count; i++)
        {
            *(bool*)(data[0] + (i * strides[0])) =
                op.Invoke(*(float*)(data[1] + (i * strides[1])), *(float*)(data[2] + (i * strides[2])));
        }
    }
}

/// <summary>Bool out = op(a, b), whole-number operands (Bool as bytes).</summary>
internal readonly unsafe struct CompareIntegerKernel<TOp, T>(TOp op) : IRowKernel
    where TOp : struct, ICompareOp
    where T : unmanaged, IBinaryInteger<T>
{
    public void Invoke(byte** data, long* strides, long count)
    {
        for (var i = 0L; i < count; i++)
        {
            *(bool*)(data[0] + (i * strides[0])) = op.Invoke(
                long.CreateTruncating(*(T*)(data[1] + (i * strides[1]))), long.CreateTruncating(*(T*)(data[2] + (i * strides[2]))));
        }
    }
}

/// <summary>Copies, converting the number; Bool is read as a byte of 0 or 1.</summary>
internal readonly unsafe struct CastKernel<TFrom, TTo> : IRowKernel
    where TFrom : unmanaged, INumber<TFrom>
    where TTo : unmanaged, INumber<TTo>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Invoke(byte** data, long* strides, long count)
    {
        if (typeof(TFrom) == typeof(TTo) && strides[0] == sizeof(TTo) && strides[1] == sizeof(TTo))
        {
            Buffer.MemoryCopy(data[1], data[0], count * sizeof(TTo), count * sizeof(TTo));
            return;
        }

        var (to, from, toStride, fromStride) = ((nint)data[0], (nint)data[1], (nint)strides[0], (nint)strides[1]);
        for (var i = 0L; i < count; i++, to += toStride, from += fromStride)
        {
            if (typeof(TFrom) == typeof(TTo))
                *(TTo*)to = *(TTo*)from;
            else
                *(TTo*)to = TTo.CreateTruncating(*(TFrom*)from);
        }
    }
}

/// <summary>Bool out = x != 0.</summary>
internal readonly unsafe struct CastToBoolKernel<TFrom> : IRowKernel
    where TFrom : unmanaged, INumber<TFrom>
{
    public void Invoke(byte** data, long* strides, long count)
    {
        for (var i = 0L; i < count; i++)
            *(bool*)(data[0] + (i * strides[0])) = !TFrom.IsZero(*(TFrom*)(data[1] + (i * strides[1])));
    }
}

/// <summary>out = value.</summary>
internal readonly unsafe struct FillKernel<T>(T value) : IRowKernel
    where T : unmanaged
{
    public void Invoke(byte** data, long* strides, long count)
    {
        if (strides[0] == sizeof(T))
        {
            new Span<T>(data[0], checked((int)count)).Fill(value);
            return;
        }

        for (var i = 0L; i < count; i++)
            *(T*)(data[0] + (i * strides[0])) = value;
    }
}
