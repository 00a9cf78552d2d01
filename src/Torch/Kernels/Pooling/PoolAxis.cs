namespace TorchSharp.Kernels;

/// <summary>One dimension of a pooling: for each output, the inputs its window covers, Begin, Begin + Step ... below End.</summary>
/// <param name="Input">Inputs.</param>
/// <param name="Begins">First input of each window.</param>
/// <param name="Ends">One past the last input.</param>
/// <param name="Extents">What an average divides by in this dimension.</param>
/// <param name="Step">Distance of a window's inputs.</param>
internal sealed record PoolAxis(int Input, int[] Begins, int[] Ends, int[] Extents, int Step)
{
    public int Output => Begins.Length;

    /// <summary>Windows of one size at regular distances.</summary>
    /// <param name="input">Inputs.</param>
    /// <param name="kernel">Inputs in a window.</param>
    /// <param name="stride">Distance of windows.</param>
    /// <param name="padding">Positions before the first input and after the last.</param>
    /// <param name="dilation">Distance of a window's inputs.</param>
    /// <param name="ceiling">Whether a last window may reach beyond the padding.</param>
    /// <param name="countPadding">Whether padded positions count in the extent.</param>
    /// <exception cref="ExternalException">The window does not fit.</exception>
    public static PoolAxis Regular(int input, int kernel, int stride, int padding, int dilation, bool ceiling, bool countPadding)
    {
        if (kernel < 1 || stride < 1 || dilation < 1)
            throw new ExternalException($"pooling expects kernel, stride and dilation of at least 1, but got {kernel}, {stride} and {dilation}");
        if (padding < 0 || padding > kernel / 2)
            throw new ExternalException($"pad should be at most half of effective kernel size, but got pad={padding}, kernel_size={kernel}");
        var reach = (dilation * (kernel - 1)) + 1;
        var span = input + (2 * padding) - reach;
        if (span < 0 && !(ceiling && span + stride > 0))
            throw new ExternalException($"pooling window of {reach} does not fit an input of {input} padded by {padding}: output size is too small");
        var output = ((span + (ceiling ? stride - 1 : 0)) / stride) + 1;
        if (ceiling && (output - 1) * stride >= input + padding)
            output--; // The last window would begin in the padding after the inputs.

        var (begins, ends, extents) = (new int[output], new int[output], new int[output]);
        for (var o = 0; o < output; o++)
        {
            var first = (o * stride) - padding;
            var skipped = first < 0 ? (-first + dilation - 1) / dilation : 0;
            begins[o] = first + (skipped * dilation);
            ends[o] = Math.Min(first + reach, input);
            extents[o] = countPadding ? Math.Min(first + reach, input + padding) - first : ends[o] - begins[o];
        }

        return new PoolAxis(input, begins, ends, extents, dilation);
    }

    /// <summary>A given number of windows that cover the inputs evenly.</summary>
    public static PoolAxis Adaptive(int input, int output)
    {
        int[] begins = [.. Enumerable.Range(0, output).Select(o => (int)((long)o * input / output))];
        int[] ends = [.. Enumerable.Range(0, output).Select(o => (int)((((long)(o + 1) * input) + output - 1) / output))];
        return new PoolAxis(input, begins, ends, [.. ends.Zip(begins, (end, begin) => end - begin)], 1);
    }
}
