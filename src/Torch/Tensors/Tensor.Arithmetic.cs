using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor add(Tensor target) => Add(target, 1, false);

        public Tensor add(Tensor target, Scalar alpha) => Add(target, alpha.Double, false);

        public Tensor add(Scalar scalar) => AddScalar(scalar, 1, false);

        public Tensor add(Scalar scalar, Scalar alpha) => AddScalar(scalar, alpha.Double, false);

        public Tensor add_(Tensor target) => Add(target, 1, true);

        public Tensor add_(Tensor target, Scalar alpha) => Add(target, alpha.Double, true);

        public Tensor add_(Scalar scalar) => AddScalar(scalar, 1, true);

        public Tensor add_(Scalar scalar, Scalar alpha) => AddScalar(scalar, alpha.Double, true);

        public Tensor sub(Tensor target) => Subtract(target, false);

        public Tensor sub(Scalar target) => AddScalar(target, -1, false);

        public Tensor subtract(Tensor target) => Subtract(target, false);

        public Tensor subtract(Scalar target) => AddScalar(target, -1, false);

        public Tensor sub_(Tensor target) => Subtract(target, true);

        public Tensor sub_(Scalar target) => AddScalar(target, -1, true);

        public Tensor mul(Tensor target) => Multiply(target, false);

        public Tensor mul(Scalar target) => Number(this, target, number => mul(number));

        public Tensor multiply(Tensor target) => mul(target);

        public Tensor multiply(Scalar target) => mul(target);

        public Tensor mul_(Tensor target) => Multiply(target, true);

        public Tensor mul_(Scalar target) => Number(this, target, number => mul_(number));

        private Tensor Add(Tensor other, double alpha, bool inPlace)
        {
            var op = new AddOp(alpha);
            if (inPlace)
            {
                var recorded = BeginInPlace(other);
                Dispatch.BinaryInto(this, other, op);
                return EndInPlace(recorded ? new AddNode(this, other, alpha) : null);
            }

            var result = Dispatch.Binary(this, other, op);
            return GradMode.Needed(this, other) ? new AddNode(this, other, alpha).Attach(result) : result;
        }

        private Tensor Subtract(Tensor other, bool inPlace) =>
            dtype == ScalarType.Bool && other.dtype == ScalarType.Bool
                ? throw new ExternalException("Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.")
                : Add(other, -1, inPlace);

        private Tensor AddScalar(Scalar scalar, double alpha, bool inPlace) =>
            Number(this, scalar, number => Add(number, alpha, inPlace));

        private Tensor Multiply(Tensor other, bool inPlace)
        {
            if (inPlace)
            {
                var recorded = BeginInPlace(other);
                using var before = recorded && GradMode.Needed(other) ? Copied() : null;
                using var factor = recorded && ReferenceEquals(Body.Storage, other.Body.Storage) ? other.Copied() : other.NewHandle();
                Dispatch.BinaryInto(this, other, new MulOp());
                return EndInPlace(recorded ? new MulNode(this, other, before, factor) : null);
            }

            var result = Dispatch.Binary(this, other, new MulOp());
            return GradMode.Needed(this, other) ? new MulNode(this, other, this, other).Attach(result) : result;
        }

        /// <summary>Applies an operation to a number as a tensor without dimensions, of the number's type or of the tensor's where that is wider.</summary>
        private static Tensor Number(Tensor tensor, Scalar value, Func<Tensor, Tensor> apply)
        {
            using var number = EmptyStrided([], Promotion.Of(tensor, value));
            number.FillElements(value);
            return apply(number);
        }
    }
}
