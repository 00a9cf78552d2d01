namespace TorchSharp;

public static partial class torch
{
    /// <summary>start, start + step, ... below stop; Int64 where all three are whole, unless another type is asked for.</summary>
    public static Tensor arange(
        Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        RequireCpu(device);
        if (step.Double == 0 || (stop.Double - start.Double) / step.Double < 0)
            throw new ExternalException($"arange: bounds {start} and {stop} are inconsistent with step {step}");
        var whole = start.Type == ScalarType.Int64 && stop.Type == ScalarType.Int64 && step.Type == ScalarType.Int64;
        var count = (long)Math.Ceiling((stop.Double - start.Double) / step.Double);
        if (whole)
        {
            var numbers = new long[count];
            for (var i = 0L; i < count; i++)
                numbers[i] = start.Integer + (i * step.Integer);
            return tensor(numbers, dtype, device, requires_grad);
        }

        var result = Tensor.EmptyStrided([count]);
        for (var i = 0L; i < count; i++)
            result.At<float>(i) = (float)(start.Double + (i * step.Double));
        return Converted(result, dtype, requires_grad);
    }

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    /// <summary>So many numbers at equal distances, both ends included.</summary>
    public static Tensor linspace(
        double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        RequireCpu(device);
        var result = Tensor.EmptyStrided([steps]);
        var step = steps > 1 ? (end - start) / (steps - 1) : 0;
        for (var i = 0L; i < steps; i++)
            result.At<float>(i) = (float)(i < steps / 2 ? start + (i * step) : steps == 1 ? start : end - ((steps - 1 - i) * step));
        return Converted(result, dtype, requires_grad);
    }

    /// <summary>Ones on the diagonal, zeros elsewhere; square unless the columns are given.</summary>
    public static Tensor eye(long rows, long columns = -1L, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var width = columns < 0 ? rows : columns;
        var result = zeros((ReadOnlySpan<long>)[rows, width], ScalarType.Float32, device);
        for (var i = 0L; i < Math.Min(rows, width); i++)
            result.At<float>((i * width) + i) = 1;
        return Converted(result, dtype, requires_grad);
    }
}
