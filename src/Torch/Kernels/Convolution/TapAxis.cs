namespace TorchSharp.Kernels;

/// <summary>One dimension of a convolution: the positions it computes, the kernel positions that reach them, and what they read.</summary>
/// <param name="Targets">Positions computed.</param>
/// <param name="Taps">Kernel positions.</param>
/// <param name="Sources">Position read for [target][tap]; -1 where that is outside.</param>
internal sealed record TapAxis(int[] Targets, int[] Taps, int[,] Sources)
{
    /// <summary>Outputs computed from inputs.</summary>
    public static TapAxis Forward(int input, int output, int kernel, int stride, int padding, int dilation)
    {
        var sources = new int[output, kernel];
        for (var o = 0; o < output; o++)
        {
            for (var k = 0; k < kernel; k++)
            {
                var i = (o * stride) - padding + (k * dilation);
                sources[o, k] = i >= 0 && i < input ? i : -1;
            }
        }

        return new TapAxis([.. Enumerable.Range(0, output)], [.. Enumerable.Range(0, kernel)], sources);
    }

    /// <summary>
    /// Gradients of inputs computed from gradients of outputs, for the inputs whose padded position leaves
    /// <paramref name="remainder"/> when divided by the stride: the same taps reach all of these.
    /// </summary>
    public static TapAxis Backward(int input, int output, int kernel, int stride, int padding, int dilation, int remainder)
    {
        int[] targets = [.. Enumerable.Range(0, input).Where(i => (i + padding) % stride == remainder)];
        int[] taps = [.. Enumerable.Range(0, kernel).Where(k => k * dilation % stride == remainder)];
        var sources = new int[targets.Length, taps.Length];
        for (var t = 0; t < targets.Length; t++)
        {
            for (var k = 0; k < taps.Length; k++)
            {
                var reach = targets[t] + padding - (taps[k] * dilation);
                sources[t, k] = reach >= 0 && reach / stride < output ? reach / stride : -1;
            }
        }

        return new TapAxis(targets, taps, sources);
    }
}
