using TorchSharp.Autograd;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Whether the tensor was made by the user (or needs no gradient) rather than by a recorded operation.</summary>
        public bool is_leaf => Body.GradFn is null;

        public bool requires_grad
        {
            get => Body.RequiresGrad;
            set
            {
                if (value && dtype != ScalarType.Float32)
                    throw new ExternalException("only Tensors of floating point dtype can require gradients");
                if (!value && Body.GradFn is not null)
                    throw new ExternalException("you can only change requires_grad flags of leaf variables.");
                Body.LeafRequiresGrad = value && Body.GradFn is null;
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>Has backward keep this tensor's gradient although an operation made it; nothing to do for a leaf.</summary>
        public void retain_grad()
        {
            if (!requires_grad)
                throw new ExternalException("can't retain_grad on Tensor that has requires_grad=False");
            Body.RetainGrad();
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        /// <summary>The accumulated gradient, a new handle at each read; null before the first backward.</summary>
        public Tensor? grad
        {
            get => Body.Grad is { } grad ? new Tensor(grad.Retain()) : null;
            set
            {
                if (value is not null && (value.dtype != dtype || !value.Sizes.AsSpan().SequenceEqual(Sizes)))
                {
                    throw new ExternalException(
                        $"assigned grad is {value.dtype} {Shape.Text(value.Sizes)}; expected {dtype} {Shape.Text(Sizes)}, as the tensor itself.");
                }

                Body.SetGrad(value?.Body.Retain());
            }
        }

        /// <summary>Accumulates the gradients of this one element into the leaves it was computed from.</summary>
        public void backward() => BackwardPass.Run([this], null, false, null);

        /// <summary>As <see cref="backward()"/>, with the gradient of this tensor given.</summary>
        /// <param name="grad_tensors">One gradient of this tensor's shape; null for 1.</param>
        /// <param name="retain_graph">Whether the graph stays for another backward.</param>
        /// <param name="create_graph">Not supported: must be false.</param>
        /// <param name="inputs">Leaves to accumulate into; all when null.</param>
        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }

    public static partial class autograd
    {
        /// <summary>Gradients of the outputs with respect to the inputs, without accumulating them.</summary>
        /// <returns>In the order of the inputs; with <paramref name="allow_unused"/> an unused input's is an invalid tensor.</returns>
        public static IList<Tensor> grad(
            IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            RefuseCreateGraph(create_graph);
            foreach (var input in inputs)
            {
                if (!input.requires_grad)
                    throw new ExternalException("One of the differentiated Tensors does not require grad");
            }

            var grads = BackwardPass.Run([.. outputs], Matching(outputs, grad_outputs), retain_graph, [.. inputs]);
            if (!allow_unused && grads.Contains(null))
            {
                foreach (var grad in grads)
                    grad?.Dispose();
                throw new ExternalException(
                    "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused: true if this is the desired behavior.");
            }

            return [.. grads.Select(Scoped)];
        }

        public static void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            RefuseCreateGraph(create_graph);
            var grads = BackwardPass.Run([.. tensors], Matching(tensors, grad_tensors), retain_graph ?? false, inputs is null ? null : [.. inputs]);
            for (var i = 0; i < grads.Length; i++)
            {
                if (grads[i] is { } grad)
                    BackwardPass.AccumulateLeaf(inputs![i].Body, grad);
                grads[i]?.Dispose();
            }
        }

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        private static void RefuseCreateGraph(bool create_graph)
        {
            if (create_graph)
                throw new NotSupportedException("create_graph: true is not supported: this engine does not differentiate gradients again.");
        }

        private static Tensor?[]? Matching(IList<Tensor> outputs, IList<Tensor>? grads)
        {
            if (grads is not null && grads.Count != outputs.Count)
                throw new ExternalException($"got {outputs.Count} tensors and {grads.Count} gradients");
            return grads is null ? null : [.. grads];
        }

        /// <summary>Puts a gradient into the current scope; an unused one becomes an invalid handle.</summary>
        private static Tensor Scoped(Tensor? grad)
        {
            if (grad is not null)
            {
                DisposeScopeManager.Current?.Attach(grad);
                return grad;
            }

            var invalid = Tensor.EmptyStrided([0]);
            invalid.Dispose();
            return invalid;
        }
    }
}
