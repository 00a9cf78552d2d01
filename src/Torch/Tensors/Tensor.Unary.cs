using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public static Tensor operator -(Tensor tensor) => tensor.neg();

        public Tensor neg() => dtype == ScalarType.Float32 ? mul(-1) : Integers(x => -x);

        public Tensor neg_() => mul_(-1);

        public Tensor abs() => dtype == ScalarType.Float32 ? FromInput(new AbsOp(), new AbsGrad()) : Integers(Math.Abs);

        public Tensor abs_() => FromInputInPlace(new AbsOp(), new AbsGrad());

        public Tensor sign() => dtype == ScalarType.Float32 ? FromInput(new SignOp(), new ZeroGrad()) : Integers(x => Math.Sign(x));

        public Tensor square() => dtype == ScalarType.Float32 ? FromInput(new SquareOp(), new SquareGrad()) : mul(this);

        public Tensor relu() => dtype == ScalarType.Float32 ? FromOutput(new ReluOp(), new ReluGrad()) : Integers(x => Math.Max(x, 0));

        public Tensor relu_() => FromOutputInPlace(new ReluOp(), new ReluGrad());

        public Tensor leaky_relu(Scalar negative_slope) =>
            FromInput(new LeakyReluOp(negative_slope.Float), new LeakyReluGrad(negative_slope.Float));

        public Tensor exp() => FromOutput(new ExpOp(), new MulOp());

        public Tensor exp_() => FromOutputInPlace(new ExpOp(), new MulOp());

        public Tensor log() => FromInput(new LogOp(), new LogGrad(1));

        public Tensor log_() => FromInputInPlace(new LogOp(), new LogGrad(1));

        public Tensor log2() => FromInput(new Log2Op(), new LogGrad(MathF.Log(2)));

        public Tensor log1p() => FromInput(new Log1pOp(), new Log1pGrad());

        public Tensor sqrt() => FromOutput(new SqrtOp(), new SqrtGrad());

        public Tensor rsqrt() => FromOutput(new RsqrtOp(), new RsqrtGrad());

        public Tensor reciprocal() => FromOutput(new ReciprocalOp(), new ReciprocalGrad());

        public Tensor sigmoid() => FromOutput(new SigmoidOp(), new SigmoidGrad());

        public Tensor sigmoid_() => FromOutputInPlace(new SigmoidOp(), new SigmoidGrad());

        public Tensor tanh() => FromOutput(new TanhOp(), new TanhGrad());

        /// <summary>log(1 + e^(beta x)) / beta; x itself where beta x is above the threshold.</summary>
        public Tensor softplus(double beta = 1, double threshold = 20) =>
            FromInput(new SoftplusOp((float)beta, (float)threshold), new SoftplusGrad((float)beta, (float)threshold));

        public Tensor floor() => dtype == ScalarType.Float32 ? FromInput(new FloorOp(), new ZeroGrad()) : clone();

        public Tensor ceil() => dtype == ScalarType.Float32 ? FromInput(new CeilOp(), new ZeroGrad()) : clone();

        /// <summary>To the nearest multiple of 10^-decimals, halves to the even one.</summary>
        public Tensor round(long decimals = 0L) =>
            dtype == ScalarType.Float32 ? FromInput(new RoundOp(MathF.Pow(10, decimals)), new ZeroGrad()) : clone();

        /// <summary>Within bounds, each of which may be absent but not both.</summary>
        public Tensor clamp(Scalar? min = null, Scalar? max = null)
        {
            var (low, high) = Bounds(min, max);
            return dtype == ScalarType.Float32 && Promotion.Of(this, min ?? max!) == ScalarType.Float32
                ? FromInput(new ClampOp((float)low, (float)high), new ClampGrad((float)low, (float)high))
                : Integers(x => (long)Math.Min(Math.Max(x, low), high));
        }

        public Tensor clip(Scalar? min = null, Scalar? max = null) => clamp(min, max);

        public Tensor clamp_(Scalar? min = null, Scalar? max = null)
        {
            var (low, high) = Bounds(min, max);
            return FromInputInPlace(new ClampOp((float)low, (float)high), new ClampGrad((float)low, (float)high));
        }

        public Tensor clamp_max(Scalar max) => clamp(max: max);

        public Tensor clamp_min(Scalar min) => clamp(min: min);

        private (double Low, double High) Bounds(Scalar? min, Scalar? max)
        {
            if (min is null && max is null)
                throw new ExternalException("torch.clamp: At least one of 'min' or 'max' must not be None");
            if (dtype != ScalarType.Float32 && (min?.Type == ScalarType.Float32 || max?.Type == ScalarType.Float32))
                throw new NotSupportedException($"clamp of {dtype} with fractional bounds is not supported by this engine; convert to Float32 first.");
            return (min?.Double ?? double.NegativeInfinity, max?.Double ?? double.PositiveInfinity);
        }

        /// <summary>A function of whole numbers, in the tensor's own type.</summary>
        private Tensor Integers(Func<long, long> function)
        {
            if (dtype == ScalarType.Bool)
                throw new ExternalException("This operation is not defined on Bool tensors; convert to another type first.");
            using var values = As(ScalarType.Int64);
            using var wide = values.Contiguous();
            using var output = EmptyStrided(Sizes, ScalarType.Int64);
            for (var i = 0L; i < Count; i++)
                output.At<long>(i) = function(wide.At<long>(i));
            return output.As(dtype);
        }

        /// <summary>A function whose gradient needs its operand.</summary>
        private Tensor FromInput<TOp, TGrad>(TOp op, TGrad gradOp)
            where TOp : struct, IUnaryOp
            where TGrad : struct, IBinaryOp
        {
            using var x = As(ScalarType.Float32);
            var result = Elementwise.Unary(x, op);
            return GradMode.Needed(this) ? new UnaryNode<TGrad>(this, this, gradOp).Attach(result) : result;
        }

        /// <summary>A function whose gradient needs its result.</summary>
        private Tensor FromOutput<TOp, TGrad>(TOp op, TGrad gradOp)
            where TOp : struct, IUnaryOp
            where TGrad : struct, IBinaryOp
        {
            using var x = As(ScalarType.Float32);
            var result = Elementwise.Unary(x, op);
            return GradMode.Needed(this) ? new UnaryNode<TGrad>(this, result, gradOp).Attach(result) : result;
        }

        private Tensor FromOutputInPlace<TOp, TGrad>(TOp op, TGrad gradOp)
            where TOp : struct, IUnaryOp
            where TGrad : struct, IBinaryOp
        {
            Dispatch.CheckCastable(ScalarType.Float32, dtype);
            var recorded = BeginInPlace();
            Elementwise.UnaryInto(this, this, op);
            return EndInPlace(recorded ? new UnaryNode<TGrad>(this, this, gradOp) : null);
        }

        private Tensor FromInputInPlace<TOp, TGrad>(TOp op, TGrad gradOp)
            where TOp : struct, IUnaryOp
            where TGrad : struct, IBinaryOp
        {
            Dispatch.CheckCastable(ScalarType.Float32, dtype);
            var recorded = BeginInPlace();
            using var before = recorded ? Copied() : null;
            Elementwise.UnaryInto(this, this, op);
            return EndInPlace(recorded ? new UnaryNode<TGrad>(this, before!, gradOp) : null);
        }
    }
}
