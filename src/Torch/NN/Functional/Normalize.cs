namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Divides by the p-norm along a dimension.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="p">The order of the norm.</param>
            /// <param name="dim">The dimension of the vectors.</param>
            /// <param name="eps">The least divisor.</param>
            public static Tensor normalize(Tensor input, double p = 2.0, long dim = 1L, double eps = 1e-12)
            {
                using var norm = input.norm((int)dim, keepdim: true, p: (float)p);
                using var divisor = norm.clamp_min(eps);
                return input / divisor;
            }
        }
    }
}
