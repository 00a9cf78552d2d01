using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>One element's update, eight at a time: loads what it needs of up to four operands and stores what it changed.</summary>
internal interface IUpdate
{
    /// <summary>New values of the operands; the second one, the gradient, is only read.</summary>
    void Step(ref Vector256<float> parameter, Vector256<float> gradient, ref Vector256<float> first, ref Vector256<float> second);
}

/// <summary>
/// Applies an update in one pass over memory: operands are the parameter, its gradient and up to two state tensors, all of one shape.
/// </summary>
internal readonly unsafe struct UpdateKernel<TUpdate>(TUpdate update, int operands) : IRowKernel
    where TUpdate : struct, IUpdate
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Invoke(byte** data, long* strides, long count)
    {
        var contiguous = true;
        for (var k = 0; k < operands; k++)
        {
            contiguous &= strides[k] == sizeof(float);
        }

        long i = 0;
        float* p = (float*)data[0], g = (float*)data[1], a = (float*)data[2], b = (float*)data[3];
        Vector256<float> first = default, second = default;
        for (; contiguous && i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var parameter = Vector256.Load(p + i);
            first = operands > 2 ? Vector256.Load(a + i) : default;
            second = operands > 3 ? Vector256.Load(b + i) : default;
            update.Step(ref parameter, Vector256.Load(g + i), ref first, ref second);
            parameter.Store(p + i);
            if (operands > 2)
            {
                first.Store(a + i);
            }

            if (operands > 3)
            {
                second.Store(b + i);
            }
        }

        for (; i < count; i++)
        {
            var parameter = Vector256.Create(At(data, strides, 0, i));
            first = operands > 2 ? Vector256.Create(At(data, strides, 2, i)) : default;
            second = operands > 3 ? Vector256.Create(At(data, strides, 3, i)) : default;
            update.Step(ref parameter, Vector256.Create(At(data, strides, 1, i)), ref first, ref second);
            At(data, strides, 0, i) = parameter.ToScalar();
            if (operands > 2)
            {
                At(data, strides, 2, i) = first.ToScalar();
            }

            if (operands > 3)
            {
                At(data, strides, 3, i) = second.ToScalar();
            }
        }
    }

    private static ref float At(byte** data, long* strides, int operand, long i) => ref *(float*)(data[operand] + (i * strides[operand]));
}

/// <summary>Plain gradient descent: g' = g + decay p, p += rate g'. A negative rate descends.</summary>
internal readonly struct SgdUpdate(double rate, double decay) : IUpdate
{
    private readonly Vector256<float> _rate = Vector256.Create((float)rate);
    private readonly Vector256<float> _decay = Vector256.Create((float)decay);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step(ref Vector256<float> parameter, Vector256<float> gradient, ref Vector256<float> first, ref Vector256<float> second)
    {
        var g = Vector256.MultiplyAddEstimate(_decay, parameter, gradient);
        parameter = Vector256.MultiplyAddEstimate(_rate, g, parameter);
    }
}

/// <summary>Gradient descent with momentum: g' = g + decay p, b = keep b + take g', p += rate (b or, Nesterov's, g' + keep b).</summary>
internal readonly struct MomentumUpdate(double rate, double decay, double keep, double take, double momentum, bool nesterov) : IUpdate
{
    private readonly Vector256<float> _rate = Vector256.Create((float)rate);
    private readonly Vector256<float> _decay = Vector256.Create((float)decay);
    private readonly Vector256<float> _keep = Vector256.Create((float)keep);
    private readonly Vector256<float> _take = Vector256.Create((float)take);
    private readonly Vector256<float> _momentum = Vector256.Create((float)momentum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step(ref Vector256<float> parameter, Vector256<float> gradient, ref Vector256<float> first, ref Vector256<float> second)
    {
        var g = Vector256.MultiplyAddEstimate(_decay, parameter, gradient);
        first = Vector256.MultiplyAddEstimate(_take, g, _keep * first);
        var direction = nesterov ? Vector256.MultiplyAddEstimate(_momentum, first, g) : first;
        parameter = Vector256.MultiplyAddEstimate(_rate, direction, parameter);
    }
}

/// <summary>
/// Adam: g' = sign g + decay p, m = beta1 m + (1 - beta1) g', v = beta2 v + (1 - beta2) g'², p -= rate m / (sqrt(v) / correction + eps).
/// </summary>
internal readonly struct AdamUpdate(double rate, double sign, double decay, double beta1, double beta2, double correction, double eps)
    : IUpdate
{
    private readonly Vector256<float> _rate = Vector256.Create((float)-rate);
    private readonly Vector256<float> _sign = Vector256.Create((float)sign);
    private readonly Vector256<float> _decay = Vector256.Create((float)decay);
    private readonly Vector256<float> _beta1 = Vector256.Create((float)beta1);
    private readonly Vector256<float> _take1 = Vector256.Create((float)(1 - beta1));
    private readonly Vector256<float> _beta2 = Vector256.Create((float)beta2);
    private readonly Vector256<float> _take2 = Vector256.Create((float)(1 - beta2));
    private readonly Vector256<float> _correction = Vector256.Create((float)correction);
    private readonly Vector256<float> _eps = Vector256.Create((float)eps);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step(ref Vector256<float> parameter, Vector256<float> gradient, ref Vector256<float> first, ref Vector256<float> second)
    {
        var g = Vector256.MultiplyAddEstimate(_decay, parameter, _sign * gradient);
        first = Vector256.MultiplyAddEstimate(_take1, g, _beta1 * first);
        second = Vector256.MultiplyAddEstimate(_take2 * g, g, _beta2 * second);
        var denominator = (Vector256.Sqrt(second) / _correction) + _eps;
        parameter = Vector256.MultiplyAddEstimate(_rate, first / denominator, parameter);
    }
}
