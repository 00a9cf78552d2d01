using TorchSharp.Autograd;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What a custom function's forward leaves for its backward.</summary>
        public class AutogradContext : IDisposable
        {
            private readonly Dictionary<string, object> _data = [];

            internal AutogradContext()
            {
            }

            internal List<Tensor> ToSave { get; private set; } = [];

            internal HashSet<Tensor> NonDifferentiable { get; } = new(ReferenceEqualityComparer.Instance);

            internal Func<List<Tensor>>? Saved { get; set; }

            /// <summary>Whether backward gets zeros, rather than null, for outputs that were not used; true at first.</summary>
            public bool MaterializeGrads { get; private set; } = true;

            /// <summary>Keeps inputs or outputs; checked at backward to be unchanged.</summary>
            public void save_for_backward(List<Tensor> tensors) => ToSave = [.. tensors];

            public void save_data(string key, object value) => _data[key] = value;

            public void mark_non_differentiable(List<Tensor> tensors) => NonDifferentiable.UnionWith(tensors);

            public void set_materialize_grads(bool value) => MaterializeGrads = value;

            public List<Tensor> get_saved_variables() => Saved is null ? [.. ToSave] : Saved();

            public object get_data(string key) => _data[key];

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
            }
        }

        /// <summary>An operation with a backward of its own.</summary>
        public abstract class Function<T>
            where T : Function<T>, new()
        {
            public abstract string Name { get; }

            internal abstract List<Tensor> Forward(AutogradContext context, object[] vars);

            internal abstract List<Tensor> Backward(AutogradContext context, List<Tensor> grads);

            /// <summary>Runs forward without recording, and puts this function's backward into the graph.</summary>
            public static List<Tensor> apply_internal(params object[] vars)
            {
                var (function, context) = (new T(), new AutogradContext());
                List<Tensor> outputs;
                using (no_grad())
                    outputs = function.Forward(context, vars);
                var inputs = Array.ConvertAll(vars, value => value as Tensor);
                if (!GradMode.Enabled || !inputs.Any(input => GradMode.Needed(input)))
                    return outputs;
                for (var i = 0; i < outputs.Count; i++)
                {
                    if (inputs.Contains(outputs[i], ReferenceEqualityComparer.Instance))
                        outputs[i] = outputs[i].alias();
                }

                var node = new FunctionNode(inputs, outputs, context, grads => function.Backward(context, grads));
                for (var i = 0; i < outputs.Count; i++)
                {
                    if (outputs[i].dtype == ScalarType.Float32 && !context.NonDifferentiable.Contains(outputs[i]))
                        node.AttachOutput(outputs[i], i);
                }

                return outputs;
            }
        }

        /// <summary>A custom operation with one output; call <c>apply</c>.</summary>
        public abstract class SingleTensorFunction<T> : Function<T>
            where T : SingleTensorFunction<T>, new()
        {
            public static Tensor apply(params object[] vars) => apply_internal(vars)[0];

            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            /// <summary>One gradient for each argument of <c>apply</c>; null for those that need none.</summary>
            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            internal override List<Tensor> Forward(AutogradContext context, object[] vars) => [forward(context, vars)];

            internal override List<Tensor> Backward(AutogradContext context, List<Tensor> grads) => backward(context, grads[0]);
        }

        /// <summary>A custom operation with several outputs; call <c>apply</c>.</summary>
        public abstract class MultiTensorFunction<T> : Function<T>
            where T : MultiTensorFunction<T>, new()
        {
            public static List<Tensor> apply(params object[] vars) => apply_internal(vars);

            public abstract List<Tensor> forward(AutogradContext ctx, params object[] vars);

            /// <summary>One gradient for each argument of <c>apply</c>; null for those that need none.</summary>
            public abstract List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs);

            internal override List<Tensor> Forward(AutogradContext context, object[] vars) => forward(context, vars);

            internal override List<Tensor> Backward(AutogradContext context, List<Tensor> grads) => backward(context, grads);
        }
    }
}
