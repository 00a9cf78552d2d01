using System.Collections;

namespace TorchSharp.Utils;

/// <summary>A tensor's elements in row-major order, read and written in place; valid as long as the tensor, which it does not own.</summary>
public sealed class TensorAccessor<T> : IDisposable, IEnumerable<T>
    where T : unmanaged
{
    private readonly Tensor _tensor;

    internal TensorAccessor(Tensor tensor) => _tensor = tensor.Strided();

    public long Count => _tensor.Count;

    public bool IsReadOnly => false;

    /// <summary>The element at an index per dimension, or with one index at that row-major position.</summary>
    public T this[params long[] indices]
    {
        get
        {
            var value = Element(indices);
            GC.KeepAlive(_tensor);
            return value;
        }

        set
        {
            Element(indices) = value;
            _tensor.Body.Storage.Touch();
            GC.KeepAlive(_tensor);
        }
    }

    public T[] ToArray()
    {
        var result = new T[Count];
        CopyTo(result.AsSpan());
        return result;
    }

    /// <summary>The elements as an array of the tensor's shape.</summary>
    public Array ToNDArray()
    {
        if (_tensor.Rank <= 1)
            return ToArray();
        var result = Array.CreateInstance(typeof(T), _tensor.Sizes);
        ref var first = ref MemoryMarshal.GetArrayDataReference(result);
        CopyTo(MemoryMarshal.CreateSpan(ref System.Runtime.CompilerServices.Unsafe.As<byte, T>(ref first), result.Length));
        return result;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    /// <summary>Copies elements from <paramref name="tensorIndex"/> on until either side is exhausted.</summary>
    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var target = array[arrayIndex..];
        var count = (int)Math.Min(target.Length, Count - tensorIndex);
        using var source = _tensor.Contiguous();
        source.AsSpan<T>().Slice(checked((int)tensorIndex), count).CopyTo(target);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    /// <summary>Writes elements from <paramref name="tensorIndex"/> on until either side is exhausted.</summary>
    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var source = array[arrayIndex..];
        var count = Math.Min(source.Length, Count - tensorIndex);
        _tensor.Strided();
        for (var i = 0; i < count; i++)
            _tensor.At<T>(Offset(tensorIndex + i)) = source[i];
        _tensor.Body.Storage.Touch();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Does nothing: the tensor is its owner's.</summary>
    public void Dispose()
    {
    }

    private long Offset(long position) => Kernels.ReducePlan.Offset(position, _tensor.Sizes, _tensor.Body.Strides);

    private ref T Element(long[] indices)
    {
        _tensor.Strided();
        var offset = 0L;
        if (indices.Length == 1)
        {
            Check(indices[0], Count);
            offset = Offset(indices[0]);
        }
        else
        {
            if (indices.Length != _tensor.Rank)
                throw new ArgumentException($"{indices.Length} indices for a tensor of {_tensor.Rank} dimensions.");
            for (var d = 0; d < indices.Length; d++)
            {
                Check(indices[d], _tensor.Sizes[d]);
                offset += indices[d] * _tensor.Body.Strides[d];
            }
        }

        return ref _tensor.At<T>(offset);
    }

    private static void Check(long index, long size)
    {
        if (index < 0 || index >= size)
            throw new IndexOutOfRangeException($"Index {index} is outside 0 .. {size - 1}.");
    }
}
