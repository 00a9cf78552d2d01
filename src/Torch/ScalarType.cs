namespace TorchSharp;

public static partial class torch
{
    /// <summary>Element types the engine computes with; the numbers are TorchSharp's.</summary>
    public enum ScalarType : sbyte
    {
        Int32 = 3,
        Int64 = 4,
        Float32 = 6,
        Bool = 11,
    }

    public static ScalarType @bool = ScalarType.Bool;
    public static ScalarType int32 = ScalarType.Int32;
    public static ScalarType int64 = ScalarType.Int64;
    public static ScalarType float32 = ScalarType.Float32;

    /// <summary>Whether the type holds whole numbers; false for Bool, as in PyTorch's categories.</summary>
    public static bool is_integral(ScalarType type) => type is ScalarType.Int32 or ScalarType.Int64;

    public static bool is_integral(Tensor t) => is_integral(t.dtype);

    public static bool is_floating_point(ScalarType type) => type == ScalarType.Float32;

    public static bool is_floating_point(Tensor input) => is_floating_point(input.dtype);

    public static ScalarType get_default_dtype() => ScalarType.Float32;

    internal static int SizeOf(ScalarType type) => type switch
    {
        ScalarType.Int64 => 8,
        ScalarType.Bool => 1,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        _ => throw new ArgumentException(
            $"Element type {(int)type} is not supported; expected Float32, Int64, Int32 or Bool. (A literal 0 names a type in calls like sum(0); write sum(0L) or sum([0]).)"),
    };

    /// <summary>The engine's element type for a .NET type; throws for types it does not hold.</summary>
    internal static ScalarType TypeOf<T>() => TypeOf(typeof(T));

    internal static ScalarType TypeOf(Type type) =>
        type == typeof(float) ? ScalarType.Float32
        : type == typeof(long) ? ScalarType.Int64
        : type == typeof(int) ? ScalarType.Int32
        : type == typeof(bool) ? ScalarType.Bool
        : throw new ArgumentException($"Element type {type.Name} is not supported; expected float, long, int or bool.");
}
