using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Copies values in, broadcasting and converting as needed.</summary>
        public Tensor copy_(Tensor source, bool nonBlocking = false)
        {
            CheckBroadcastsInto(source);
            var recorded = BeginInPlace(source);
            CopyElements(source);
            return EndInPlace(recorded ? new CopyNode(this, source) : null);
        }

        public Tensor fill_(Scalar value)
        {
            var recorded = BeginInPlace(fills: true);
            FillElements(value);
            return EndInPlace(recorded ? new OverwriteNode(this) : null);
        }

        public Tensor zero_() => fill_(0);

        /// <summary>A copy of its own memory, recorded.</summary>
        public Tensor clone()
        {
            var result = EmptySame();
            result.CopyElements(this);
            if (GradMode.Needed(this))
                new CopyNode(null, this).Attach(result);
            return result;
        }

        /// <summary>The same elements outside the graph.</summary>
        public Tensor detach() => new(Body.Alias());

        public Tensor contiguous()
        {
            if (Body.IsContiguous)
                return NewHandle();
            var result = Contiguous();
            if (GradMode.Needed(this))
                new CopyNode(null, this).Attach(result);
            return result;
        }

        /// <summary>Copies without recording and without counting a change; used on new or engine-owned tensors.</summary>
        internal void CopyElements(Tensor source)
        {
            if (source.dtype == dtype && Sizes.AsSpan().SequenceEqual(source.Sizes) && Elementwise.IsFlat(this, source))
                Casts.Run(dtype, dtype, [Count], Elementwise.Flat(this), Elementwise.Flat(source));
            else
                Casts.Run(source.dtype, dtype, Sizes, Operand.Of(this), Operand.Of(source));

            // The loops know addresses only.
            GC.KeepAlive(source);
        }

        internal void FillElements(Scalar value)
        {
            var operand = Elementwise.IsFlat(this, this) ? Elementwise.Flat(this) : Operand.Of(this);
            ReadOnlySpan<long> shape = Elementwise.IsFlat(this, this) ? [Count] : Sizes;
            switch (dtype)
            {
                case ScalarType.Float32:
                    TensorLoop.Run(new FillKernel<float>(value.Float), shape, operand);
                    break;
                case ScalarType.Int64:
                    TensorLoop.Run(new FillKernel<long>(value.Integer), shape, operand);
                    break;
                case ScalarType.Int32:
                    TensorLoop.Run(new FillKernel<int>((int)value.Integer), shape, operand);
                    break;
                default:
                    TensorLoop.Run(new FillKernel<bool>(value.Double != 0), shape, operand);
                    break;
            }
        }
    }
}
