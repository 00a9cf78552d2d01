namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>In training, zeroes each element with probability p and scales the others by 1 / (1 - p).</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="p">The probability of a zero, 0 to 1.</param>
            /// <param name="training">Whether anything is done at all.</param>
            /// <param name="inplace">Whether the input itself is overwritten.</param>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                if (p is not (>= 0 and <= 1))
                {
                    throw new ExternalException($"dropout probability has to be between 0 and 1, but got {p}");
                }

                if (!training || p == 0)
                {
                    return input.NewHandle();
                }

                using var mask = empty(input.shape);
                mask.bernoulli_(1 - p);
                if (p < 1)
                {
                    mask.mul_(1 / (1 - p));
                }

                return inplace ? input.mul_(mask).NewHandle() : input * mask;
            }
        }
    }
}
