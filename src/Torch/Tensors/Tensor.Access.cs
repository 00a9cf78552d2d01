namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The element of a one-element tensor; T must be the element type.</summary>
        public T item<T>()
            where T : unmanaged
        {
            CheckType<T>();
            if (Count != 1)
                throw new ArgumentException($"Number of elements in the tensor must be 1, but it is {Count}.");
            var value = Strided().At<T>(0);
            GC.KeepAlive(this);
            return value;
        }

        /// <summary>Reads and writes the elements; T must be the element type.</summary>
        public Utils.TensorAccessor<T> data<T>()
            where T : unmanaged
        {
            CheckType<T>();
            return new Utils.TensorAccessor<T>(this);
        }

        /// <summary>A copy of the elements in row-major order; T must be the element type.</summary>
        internal T[] Elements<T>()
            where T : unmanaged
        {
            using var accessor = data<T>();
            return accessor.ToArray();
        }

        /// <summary>The element of a one-element tensor as a number of its own type.</summary>
        public Scalar ToScalar() => dtype switch
        {
            ScalarType.Float32 => item<float>(),
            ScalarType.Int64 => item<long>(),
            ScalarType.Int32 => item<int>(),
            _ => item<bool>(),
        };

        private void CheckType<T>()
        {
            if (TypeOf<T>() != dtype)
                throw new ArgumentException($"The tensor holds {dtype}, not {typeof(T).Name}.");
        }
    }
}
