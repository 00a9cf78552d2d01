namespace TorchSharp.Autograd
{
    /// <summary>Whether operations of this thread are recorded for backward.</summary>
    internal static class GradMode
    {
        [ThreadStatic]
        private static bool _disabled;

        [ThreadStatic]
        private static bool _inference;

        public static bool Enabled => !_disabled;

        public static bool Inference => _inference;

        /// <summary>Whether an operation on these inputs must be recorded.</summary>
        public static bool Needed(Tensor? a)
        {
            if (_disabled || a is null)
                return false;
            a.Body.CheckViewIsCurrent();
            return a.Body.RequiresGrad;
        }

        public static bool Needed(Tensor? a, Tensor? b) => Needed(a) || Needed(b);

        public static bool Needed(Tensor? a, Tensor? b, Tensor? c) => Needed(a) || Needed(b) || Needed(c);

        public static bool Needed(ReadOnlySpan<Tensor> inputs)
        {
            foreach (var input in inputs)
            {
                if (Needed(input))
                    return true;
            }

            return false;
        }

        /// <summary>Sets the mode until the result is disposed.</summary>
        public static IDisposable Set(bool enabled, bool inference)
        {
            var restore = new Restore(_disabled, _inference);
            _disabled = !enabled;
            _inference = inference;
            return restore;
        }

        private sealed class Restore(bool disabled, bool inference) : IDisposable
        {
            public void Dispose()
            {
                _disabled = disabled;
                _inference = inference;
            }
        }
    }
}

namespace TorchSharp
{
    using TorchSharp.Autograd;

    public static partial class torch
    {
        /// <summary>Nothing is recorded for backward on this thread until the result is disposed.</summary>
        public static IDisposable no_grad() => GradMode.Set(false, GradMode.Inference);

        public static IDisposable enable_grad(bool enabled = true) => GradMode.Set(enabled, GradMode.Inference);

        public static IDisposable set_grad_enabled(bool mode = true) => GradMode.Set(mode, GradMode.Inference);

        public static bool is_grad_enabled() => GradMode.Enabled;

        /// <summary>As <see cref="no_grad"/>; the engine has no cheaper mode.</summary>
        public static IDisposable inference_mode(bool mode = true) => GradMode.Set(!mode, mode);

        public static bool is_inference_mode_enabled() => GradMode.Inference;
    }
}
