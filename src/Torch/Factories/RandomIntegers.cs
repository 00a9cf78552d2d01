namespace TorchSharp;

public static partial class torch
{
    /// <summary>Whole numbers uniform in [low, high); Int64 unless another type is asked for.</summary>
    public static Tensor randint(
        long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null)
    {
        if (low >= high)
            throw new ExternalException($"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}");
        var result = empty(size, dtype ?? ScalarType.Int64, device);
        result.random_(low, high, generator);
        return result.requires_grad_(requires_grad);
    }

    public static Tensor randint(
        long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator);

    public static Tensor randint(
        int low, int high, int[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        randint(low, high, Array.ConvertAll(size, s => (long)s), dtype, device, requires_grad, generator);

    public static Tensor randint(
        int high, int[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator);

    public static Tensor randint_like(
        Tensor input, long low, long high, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        randint(low, high, input.Sizes, dtype ?? input.dtype, device, requires_grad);

    /// <summary>The numbers 0 .. n - 1 in random order; Int64 unless another type is asked for.</summary>
    public static Tensor randperm(
        long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null)
    {
        RequireCpu(device);
        if (n < 0)
            throw new ExternalException($"n must be non-negative, got {n}");
        var source = generator ?? Generator.Default;
        var first = source.Take(n);
        var order = new long[n];
        for (var i = 0L; i < n; i++)
        {
            var j = source.Below(first + i, i + 1);
            order[i] = order[j];
            order[j] = i;
        }

        return tensor(order, dtype ?? ScalarType.Int64, device, requires_grad);
    }

    /// <summary>Draws 1 with the probability each element gives, else 0.</summary>
    public static Tensor bernoulli(Tensor input, Generator? generator = null) => input.bernoulli(generator);

    private static ScalarType FloatOnly(ScalarType? dtype, string function) =>
        (dtype ?? get_default_dtype()) is ScalarType.Float32
            ? ScalarType.Float32
            : throw new ExternalException($"\"{function}\" not implemented for '{dtype}'");
}
