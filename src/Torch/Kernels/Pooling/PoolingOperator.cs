namespace TorchSharp.Kernels;

/// <summary>Pooling of tensors [N, C, H, W], without recording.</summary>
internal static unsafe class PoolingOperator
{
    private const int Block = KernelSet.Block;

    /// <summary>Largest input of each window, and its pixel for each value of the blocked output, Int32.</summary>
    public static (Tensor Output, Tensor Indices) Max(Tensor x, PoolAxis rows, PoolAxis columns)
    {
        using var input = BlockedImages.Read(x);
        using var output = BlockedImages.Write([x.Sizes[0], x.Sizes[1], rows.Output, columns.Output]);
        var indices = Tensor.EmptyStrided([(long)output.Images * output.Blocks * output.Pixels * Block], ScalarType.Int32);
        float* from = input.Floats, to = output.Floats;
        var where = (int*)indices.Pointer;
        Workers.Run(input.Images * input.Blocks, part =>
        {
            var at = (long)part * output.Pixels * Block;
            PoolingKernels.Max(from + ((long)part * input.Pixels * Block), to + at, where + at, rows, columns);
        });
        return (output.ToTensor(), indices);
    }

    public static Tensor MaxGradient(Tensor dy, Tensor indices, PoolAxis rows, PoolAxis columns)
    {
        using var gradient = BlockedImages.Read(dy);
        using var input = BlockedImages.Write([dy.Sizes[0], dy.Sizes[1], rows.Input, columns.Input]);
        float* from = gradient.Floats, to = input.Floats;
        var where = (int*)indices.Pointer;
        Workers.Run(input.Images * input.Blocks, part =>
        {
            var at = (long)part * gradient.Pixels * Block;
            PoolingKernels.MaxGradient(from + at, where + at, to + ((long)part * input.Pixels * Block), rows, columns);
        });
        return input.ToTensor();
    }

    /// <summary>Mean of each window; the divisor is that given, or the window's extent if 0.</summary>
    public static Tensor Average(Tensor x, PoolAxis rows, PoolAxis columns, int divisor)
    {
        using var input = BlockedImages.Read(x);
        using var output = BlockedImages.Write([x.Sizes[0], x.Sizes[1], rows.Output, columns.Output]);
        float* from = input.Floats, to = output.Floats;
        Workers.Run(input.Images * input.Blocks, part => PoolingKernels.Average(
            from + ((long)part * input.Pixels * Block), to + ((long)part * output.Pixels * Block), rows, columns, divisor));
        return output.ToTensor();
    }

    public static Tensor AverageGradient(Tensor dy, PoolAxis rows, PoolAxis columns, int divisor)
    {
        using var gradient = BlockedImages.Read(dy);
        using var input = BlockedImages.Write([dy.Sizes[0], dy.Sizes[1], rows.Input, columns.Input]);
        float* from = gradient.Floats, to = input.Floats;
        Workers.Run(input.Images * input.Blocks, part => PoolingKernels.AverageGradient(
            from + ((long)part * gradient.Pixels * Block), to + ((long)part * input.Pixels * Block), rows, columns, divisor));
        return input.ToTensor();
    }
}
