using TorchSharp.Autograd;

namespace TorchSharp.Kernels;

/// <summary>A binary loss of one value x with target t and the weight p of positive targets, and its derivative in x.</summary>
internal interface IBinaryLoss
{
    static abstract float Term(float x, float t, float p);

    static abstract float Derivative(float x, float t, float p);
}

/// <summary>-(t log x + (1 - t) log(1 - x)), logarithms held above -100.</summary>
internal readonly struct ProbabilityLoss : IBinaryLoss
{
    public static float Term(float x, float t, float p)
    {
        if (x is < 0 or > 1)
        {
            throw new ExternalException($"all elements of input should be between 0 and 1, but one is {x}");
        }

        return -((t * MathF.Max(MathF.Log(x), -100)) + ((1 - t) * MathF.Max(MathF.Log(1 - x), -100)));
    }

    public static float Derivative(float x, float t, float p) => (x - t) / MathF.Max((1 - x) * x, 1e-12f);
}

/// <summary>(1 - t) x + (1 + (p - 1) t) log(1 + exp(-x)), without overflow.</summary>
internal readonly struct LogitLoss : IBinaryLoss
{
    public static float Term(float x, float t, float p) =>
        ((1 - t) * x) + ((1 + ((p - 1) * t)) * (Log1p(MathF.Exp(-MathF.Abs(x))) + MathF.Max(-x, 0)));

    public static float Derivative(float x, float t, float p) => 1 - t - ((1 + ((p - 1) * t)) / (1 + MathF.Exp(x)));

    private static float Log1p(float e) => e < 1e-5f ? e : (float)Math.Log(1.0 + e);
}

/// <summary>Elementwise binary losses with autograd.</summary>
internal static unsafe class BinaryCrossEntropy
{
    /// <summary>The losses of all elements, of the input's shape.</summary>
    /// <param name="input">Any shape.</param>
    /// <param name="target">The same shape.</param>
    /// <param name="positiveWeight">Broadcast to that shape; null for ones.</param>
    public static Tensor Terms<TLoss>(Tensor input, Tensor target, Tensor? positiveWeight)
        where TLoss : struct, IBinaryLoss
    {
        if (!input.Sizes.AsSpan().SequenceEqual(target.Sizes))
        {
            throw new ExternalException(
                $"Using a target size ({Shape.Text(target.Sizes)}) that is different to the input size ({Shape.Text(input.Sizes)}) is not supported.");
        }

        RequireFloat(input, nameof(input));
        RequireFloat(target, nameof(target));
        if (target.requires_grad || positiveWeight is { requires_grad: true })
        {
            throw new NotSupportedException("Only the input of a binary cross entropy has a gradient; detach() target and weights.");
        }

        using var weight = positiveWeight?.NewHandle() ?? tensor(1f);
        RequireFloat(weight, "pos_weights");
        input.CheckBroadcastsInto(weight);
        var result = Tensor.EmptyStrided(input.Sizes);
        TensorLoop.Run(default(TermKernel<TLoss>), input.Sizes, Operand.Of(result), Operand.Of(input), Operand.Of(target), Operand.Of(weight));
        if (GradMode.Needed(input))
        {
            new BinaryCrossEntropyNode<TLoss>(input, target, weight).Attach(result);
        }

        return result;
    }

    private static void RequireFloat(Tensor tensor, string argument)
    {
        if (tensor.dtype != ScalarType.Float32)
        {
            throw new ExternalException($"expected scalar type Float32 for {argument} but found {tensor.dtype}");
        }
    }

    private readonly struct TermKernel<TLoss> : IRowKernel
        where TLoss : struct, IBinaryLoss
    {
        public void Invoke(byte** data, long* strides, long count)
        {
            for (long i = 0; i < count; i++)
            {
                At(data, strides, 0, i) = TLoss.Term(At(data, strides, 1, i), At(data, strides, 2, i), At(data, strides, 3, i));
            }
        }
    }

    private readonly struct DerivativeKernel<TLoss> : IRowKernel
        where TLoss : struct, IBinaryLoss
    {
        public void Invoke(byte** data, long* strides, long count)
        {
            for (long i = 0; i < count; i++)
            {
                At(data, strides, 0, i) = TLoss.Derivative(At(data, strides, 1, i), At(data, strides, 2, i), At(data, strides, 3, i));
            }
        }
    }

    private static ref float At(byte** data, long* strides, int operand, long i) => ref *(float*)(data[operand] + (i * strides[operand]));

    private sealed class BinaryCrossEntropyNode<TLoss> : Node
        where TLoss : struct, IBinaryLoss
    {
        public BinaryCrossEntropyNode(Tensor input, Tensor target, Tensor weight)
            : base(input) => Save(input, target, weight);

        public override void Backward(Tensor grad, Tensor?[] inputGrads)
        {
            var (input, target, weight) = (Saved(0), Saved(1), Saved(2));
            var result = Tensor.EmptyStrided(input.Sizes);
            TensorLoop.Run(
                default(DerivativeKernel<TLoss>), input.Sizes, Operand.Of(result), Operand.Of(input), Operand.Of(target), Operand.Of(weight));
            inputGrads[0] = result.mul_(grad);
        }
    }
}
