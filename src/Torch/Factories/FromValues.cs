namespace TorchSharp;

public static partial class torch
{
    private static Tensor FromValues<T>(
        ReadOnlySpan<T> values, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device? device, bool requires_grad)
        where T : unmanaged
    {
        RequireCpu(device);
        if (Shape.Count(dimensions) != values.Length)
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {values.Length} values for shape {Shape.Text(dimensions)}");
        var result = Tensor.EmptyStrided(dimensions, TypeOf<T>());
        values.CopyTo(result.AsSpan<T>());
        return Converted(result, dtype, requires_grad);
    }

    private static Tensor FromArray<T>(Array array, ScalarType? dtype, Device? device, bool requires_grad)
        where T : unmanaged
    {
        var sizes = Enumerable.Range(0, array.Rank).Select(array.GetLongLength).ToArray();
        var values = array.Length == 0
            ? []
            : MemoryMarshal.CreateReadOnlySpan(
                ref System.Runtime.CompilerServices.Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);
        return FromValues(values, sizes, dtype, device, requires_grad);
    }

    /// <summary>A new tensor in the element type asked for; the one given is disposed where it has another.</summary>
    private static Tensor Converted(Tensor tensor, ScalarType? dtype, bool requires_grad)
    {
        if (dtype is { } type && type != tensor.dtype)
        {
            var converted = tensor.As(type);
            tensor.Dispose();
            tensor = converted;
        }

        return tensor.requires_grad_(requires_grad);
    }
}
