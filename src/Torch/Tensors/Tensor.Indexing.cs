using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Reading gives a view, or a copy where tensors index; writing copies the value in.</summary>
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[long i1]
        {
            get => index(Singles([i1]));
            set => index_put_(value, Singles([i1]), false);
        }

        public Tensor this[long i1, long i2]
        {
            get => index(Singles([i1, i2]));
            set => index_put_(value, Singles([i1, i2]), false);
        }

        public Tensor this[long i1, long i2, long i3]
        {
            get => index(Singles([i1, i2, i3]));
            set => index_put_(value, Singles([i1, i2, i3]), false);
        }

        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => index(Singles([i1, i2, i3, i4]));
            set => index_put_(value, Singles([i1, i2, i3, i4]), false);
        }

        public Tensor this[params long[] indices]
        {
            get => index(Singles(indices));
            set => index_put_(value, Singles(indices), false);
        }

        public Tensor index(params TensorIndex[] indices)
        {
            using var scope = NewDisposeScope();
            var (view, tensors) = IndexPlan.Basic(this, indices);
            if (tensors.Count == 0)
                return view.MoveToOuterDisposeScope();
            Tensor result;
            using (no_grad())
            {
                var plan = IndexPlan.Of(view.detach(), tensors);
                var rows = EmptyStrided(plan.RowSizes, dtype);
                RowCopy.Gather(rows, plan);
                result = plan.Placed(rows).contiguous();
            }

            if (GradMode.Needed(view))
                new IndexNode(view, tensors).Attach(result);
            return result.MoveToOuterDisposeScope();
        }

        public Tensor index(params Tensor[] indices) => index(Positions(indices));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        /// <summary>Writes the value, broadcast to the shape that reading by the same indices gives; or adds it.</summary>
        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            var recorded = BeginInPlace(value);
            using (no_grad())
            using (NewDisposeScope())
                PutElements(value.detach(), indices, accumulate);
            return EndInPlace(recorded ? new IndexPutNode(this, value, indices, accumulate) : null);
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, Positions(indices), false);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) => index_put_(value, Positions(indices), accumulate);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var number = full((ReadOnlySpan<long>)[], value, dtype);
            return index_put_(number, indices, false);
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices) => index_put_(value, Positions(indices));

        /// <summary>Writes or adds without recording.</summary>
        internal void PutElements(Tensor value, TensorIndex[] indices, bool accumulate)
        {
            using var scope = NewDisposeScope();
            using var mode = no_grad();
            var (view, tensors) = IndexPlan.Basic(this, indices);
            if (tensors.Count == 0)
            {
                view.CheckBroadcastsInto(value);
                view.CopyElements(accumulate ? view.add(value) : value);
                return;
            }

            var plan = IndexPlan.Of(view, tensors);
            var rows = plan.Rows(value.As(dtype).expand(plan.ResultSizes)).Contiguous();
            RowCopy.Scatter(plan, rows, accumulate);
        }

        private static TensorIndex[] Singles(long[] indices) => Array.ConvertAll(indices, i => TensorIndex.Single(i));

        private static TensorIndex[] Positions(Tensor[] indices) => Array.ConvertAll(indices, TensorIndex.Tensor);
    }
}
