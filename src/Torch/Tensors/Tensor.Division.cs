using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>How a quotient is rounded: not, towards zero, down.</summary>
    public enum RoundingMode
    {
        None,
        trunc,
        floor,
    }

    public partial class Tensor
    {
        /// <summary>Quotient; a true one (Float32 even of whole numbers) unless a rounding is asked for.</summary>
        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None)
        {
            if (rounding_mode == RoundingMode.floor)
                return Stepwise(target, new FloorDivOp());
            if (rounding_mode == RoundingMode.trunc)
                return Stepwise(target, new TruncDivOp());
            var result = Dispatch.FloatBinary(this, target, new DivOp());
            return GradMode.Needed(this, target) ? new DivNode(this, target, target, result).Attach(result) : result;
        }

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Number(this, target, number => div(number, rounding_mode));

        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);

        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None)
        {
            if (rounding_mode != RoundingMode.None)
            {
                using var rounded = div(target, rounding_mode);
                return copy_(rounded);
            }

            CheckBroadcastsInto(target);
            Dispatch.CheckCastable(ScalarType.Float32, dtype);
            var recorded = BeginInPlace(target);
            using var divisor = recorded && ReferenceEquals(Body.Storage, target.Body.Storage) ? target.Copied() : target.As(ScalarType.Float32);
            Elementwise.BinaryInto(this, this, divisor, new DivOp());
            return EndInPlace(recorded ? new DivNode(this, target, divisor, this) : null);
        }

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Number(this, target, number => div_(number, rounding_mode));

        public Tensor floor_divide(Tensor other) => div(other, RoundingMode.floor);

        public Tensor floor_divide(Scalar other) => div(other, RoundingMode.floor);

        /// <summary>Remainder with the sign of the divisor.</summary>
        public Tensor remainder(Tensor target) => Stepwise(target, new RemainderOp());

        public Tensor remainder(Scalar scalar) => Number(this, scalar, remainder);

        /// <summary>The larger of each pair; NaN where either is.</summary>
        public Tensor maximum(Tensor other) => Extremum(other, new MaximumOp());

        /// <summary>The smaller of each pair; NaN where either is.</summary>
        public Tensor minimum(Tensor other) => Extremum(other, new MinimumOp());

        public Tensor pow(Tensor exponent)
        {
            var result = Dispatch.Binary(this, exponent, new PowOp());
            return GradMode.Needed(this, exponent) ? new PowNode(this, exponent, result).Attach(result) : result;
        }

        public Tensor pow(Scalar exponent)
        {
            if (Promotion.Of(this, exponent) != ScalarType.Float32)
                return Number(this, exponent, pow);
            return exponent.Double switch
            {
                2 => square(),
                1 => to_type(ScalarType.Float32, copy: true),
                0.5 => sqrt(),
                var p => FromInput(new PowerOp((float)p), new PowerGrad((float)p)),
            };
        }

        public Tensor pow_(Tensor exponent)
        {
            using var result = pow(exponent);
            return copy_(result);
        }

        public Tensor pow_(Scalar exponent)
        {
            using var result = pow(exponent);
            return copy_(result);
        }

        private Tensor Extremum<TOp>(Tensor other, TOp op)
            where TOp : struct, IBinaryOp, IIntegerOp
        {
            var result = Dispatch.Binary(this, other, op);
            return GradMode.Needed(this, other) ? new ExtremumNode(this, other, result).Attach(result) : result;
        }

        /// <summary>A step function of its operands: nothing to record but the refusal to pass a gradient silently.</summary>
        private Tensor Stepwise<TOp>(Tensor other, TOp op)
            where TOp : struct, IBinaryOp, IIntegerOp =>
            GradMode.Needed(this, other)
                ? throw new NotSupportedException("This operation has no gradient in this engine; detach its operands.")
                : Dispatch.Binary(this, other, op);
    }
}
