namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor on the array's own memory: changes show on both sides. The array stays pinned while the tensor lives.</summary>
    public static Tensor from_array(Array rawArray, Device? device = null)
    {
        RequireCpu(device);
        var sizes = Enumerable.Range(0, rawArray.Rank).Select(rawArray.GetLongLength).ToArray();
        var type = TypeOf(rawArray.GetType().GetElementType()!);
        var storage = new Memory.Storage(rawArray, rawArray.LongLength * SizeOf(type));
        return new Tensor(new Memory.TensorBody(storage, type, sizes, Shape.ContiguousStrides(sizes)));
    }

    /// <summary>As the other overload; converted, and so copied, where another type is asked for.</summary>
    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false) =>
        Converted(from_array(rawArray, device), dtype, requires_grad);

    public static Tensor as_tensor(Array data, ScalarType? dtype = null, Device? device = null) => from_array(data, dtype, device);

    /// <summary>The same tensor, or a converted copy.</summary>
    public static Tensor as_tensor(Tensor data, ScalarType? dtype = null, Device? device = null)
    {
        RequireCpu(device);
        return data.to_type(dtype ?? data.dtype);
    }

    public static Tensor as_tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    public static Tensor as_tensor(long[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    public static Tensor as_tensor(int[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    public static Tensor as_tensor(IList<float> rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(IList<long> rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(IList<int> rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);

    public static Tensor as_tensor(IList<bool> rawArray, ScalarType? dtype = null, Device? device = null) => tensor(rawArray, dtype, device);
}
