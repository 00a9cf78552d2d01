using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor relu() => FromOutput(new ReluOp(), new ReluGrad());

        public Tensor relu_() => FromOutputInPlace(new ReluOp(), new ReluGrad());

        public Tensor exp() => FromOutput(new ExpOp(), new MulOp());

        public Tensor exp_() => FromOutputInPlace(new ExpOp(), new MulOp());

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
