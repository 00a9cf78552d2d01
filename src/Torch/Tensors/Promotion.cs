namespace TorchSharp;

/// <summary>Element types of results, as PyTorch: categories bool, integer, float; sizes decide only among operands of like standing.</summary>
internal static class Promotion
{
    public static ScalarType Of(ScalarType a, ScalarType b) => Width(a) >= Width(b) ? a : b;

    /// <summary>A tensor without dimensions raises the category at most, as a number does.</summary>
    public static ScalarType Of(Tensor a, Tensor b) =>
        (a.Rank == 0) == (b.Rank == 0) ? Of(a.dtype, b.dtype)
        : a.Rank == 0 ? Weak(b.dtype, a.dtype)
        : Weak(a.dtype, b.dtype);

    public static ScalarType Of(Tensor a, Scalar b) => Weak(a.dtype, b.Type);

    private static ScalarType Weak(ScalarType strong, ScalarType weak) => Category(weak) > Category(strong) ? weak : strong;

    private static int Category(ScalarType type) => type switch
    {
        ScalarType.Bool => 0,
        ScalarType.Float32 => 2,
        _ => 1,
    };

    private static int Width(ScalarType type) => type switch
    {
        ScalarType.Bool => 0,
        ScalarType.Int32 => 1,
        ScalarType.Int64 => 2,
        _ => 3,
    };
}
