using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    /// <remarks>Comparisons give Bool tensors, element by element.</remarks>
    public partial class Tensor
    {
        public Tensor eq(Tensor target) => Comparison.Run(this, target, new EqualOp());

        public Tensor eq(Scalar target) => Number(this, target, number => eq(number));

        public Tensor ne(Tensor target) => Comparison.Run(this, target, new NotEqualOp());

        public Tensor ne(Scalar target) => Number(this, target, number => ne(number));

        public Tensor lt(Tensor target) => Comparison.Run(this, target, new LessOp());

        public Tensor lt(Scalar target) => Number(this, target, number => lt(number));

        public Tensor le(Tensor target) => Comparison.Run(this, target, new LessOrEqualOp());

        public Tensor le(Scalar target) => Number(this, target, number => le(number));

        public Tensor gt(Tensor target) => Comparison.Run(this, target, new GreaterOp());

        public Tensor gt(Scalar target) => Number(this, target, number => gt(number));

        public Tensor ge(Tensor target) => Comparison.Run(this, target, new GreaterOrEqualOp());

        public Tensor ge(Scalar target) => Number(this, target, number => ge(number));

        public static Tensor operator ==(Tensor left, Tensor right) => left.eq(right);

        public static Tensor operator ==(Tensor left, Scalar right) => left.eq(right);

        public static Tensor operator ==(Scalar left, Tensor right) => right.eq(left);

        public static Tensor operator !=(Tensor left, Tensor right) => left.ne(right);

        public static Tensor operator !=(Tensor left, Scalar right) => left.ne(right);

        public static Tensor operator !=(Scalar left, Tensor right) => right.ne(left);

        public static Tensor operator <(Tensor left, Tensor right) => left.lt(right);

        public static Tensor operator <(Tensor left, Scalar right) => left.lt(right);

        public static Tensor operator <(Scalar left, Tensor right) => right.gt(left);

        public static Tensor operator <=(Tensor left, Tensor right) => left.le(right);

        public static Tensor operator <=(Tensor left, Scalar right) => left.le(right);

        public static Tensor operator <=(Scalar left, Tensor right) => right.ge(left);

        public static Tensor operator >(Tensor left, Tensor right) => left.gt(right);

        public static Tensor operator >(Tensor left, Scalar right) => left.gt(right);

        public static Tensor operator >(Scalar left, Tensor right) => right.lt(left);

        public static Tensor operator >=(Tensor left, Tensor right) => left.ge(right);

        public static Tensor operator >=(Tensor left, Scalar right) => left.ge(right);

        public static Tensor operator >=(Scalar left, Tensor right) => right.le(left);

        /// <summary>Element by element, as <see cref="eq(Tensor)"/>.</summary>
        public Tensor equal(Tensor target) => eq(target);

        /// <summary>Whether both have the same shape and equal elements.</summary>
        public bool Equals(Tensor target)
        {
            if (!Sizes.AsSpan().SequenceEqual(target.Sizes))
                return false;
            using var same = eq(target);
            using var all = same.all();
            return all.item<bool>();
        }

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

        /// <summary>|this - other| at most atol + rtol |other|.</summary>
        public Tensor isclose(Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) =>
            Comparison.Run(this, other, new CloseOp(rtol, atol, nanEqual));

        /// <summary>Whether all elements are close as <see cref="isclose"/> says.</summary>
        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false)
        {
            using var close = isclose(target, rtol, atol, equal_nan);
            using var all = close.all();
            return all.item<bool>();
        }

        public Tensor isnan() => Comparison.Run(this, this, new NotEqualOp());

        public Tensor isinf() => Comparison.Run(this, this, new InfiniteOp(true));

        public Tensor isfinite() => Comparison.Run(this, this, new InfiniteOp(false));

        public Tensor logical_and(Tensor other) => Logical(other, new AndOp());

        public Tensor logical_or(Tensor other) => Logical(other, new OrOp());

        public Tensor logical_xor(Tensor other) => Logical(other, new XorOp());

        public Tensor logical_not() => eq(0);

        /// <summary>Bit by bit; on Bool the logical operation. Float32 has none.</summary>
        public static Tensor operator &(Tensor left, Tensor right) => Dispatch.Whole(left, right, new AndOp());

        public static Tensor operator |(Tensor left, Tensor right) => Dispatch.Whole(left, right, new OrOp());

        public static Tensor operator ^(Tensor left, Tensor right) => Dispatch.Whole(left, right, new XorOp());

        public static Tensor operator ~(Tensor left) =>
            left.dtype == ScalarType.Bool ? left.logical_not()
            : left.dtype == ScalarType.Float32 ? throw new ExternalException("\"bitwise_not_cpu\" not implemented for 'Float'")
            : left.Integers(x => ~x);

        private Tensor Logical<TOp>(Tensor other, TOp op)
            where TOp : struct, IIntegerOp
        {
            using var left = As(ScalarType.Bool);
            using var right = other.As(ScalarType.Bool);
            return Dispatch.Whole(left, right, op);
        }
    }
}
