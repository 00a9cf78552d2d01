using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>Tensors as state arrays: float32 and int64, on any device.</summary>
internal static class TensorState
{
    /// <summary>Adds a copy of the tensor's values.</summary>
    public static void Put(this StateArrays state, string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var values = tensor.detach().cpu().contiguous();
        if (values.dtype == ScalarType.Float32)
            state.Put(name, values.data<float>().ToArray(), values.shape);
        else if (values.dtype == ScalarType.Int64)
            state.Put(name, values.data<long>().ToArray(), values.shape);
        else
            throw new ArgumentException($"'{name}' holds {values.dtype}; expected Float32 or Int64.", nameof(tensor));
    }

    /// <summary>Removes an array and makes a tensor of it, owned by the caller's dispose scope.</summary>
    /// <exception cref="InvalidDataException">It is missing, of another type or shape, or a number in it is not finite.</exception>
    public static Tensor TakeTensor(this StateArrays state, string name, ScalarType dtype, params long[] shape) => dtype == ScalarType.Int64
        ? tensor(state.Take<long>(name, shape), shape)
        : tensor(state.Take<float>(name, shape), shape);
}
