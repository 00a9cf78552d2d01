namespace TorchSharp;

/// <content>Where a tensor's elements lie.</content>
public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The first element, of the layout the tensor is in now; the caller sees to contiguity.</summary>
        internal unsafe float* Floats
        {
            get
            {
                System.Diagnostics.Debug.Assert(dtype == ScalarType.Float32, "Not float32.");
                return (float*)Body.Storage.Pointer + Body.Offset;
            }
        }

        internal unsafe byte* Pointer => Body.Storage.Pointer + (Body.Offset * SizeOf(Body.DType));

        /// <summary>The element <paramref name="offset"/> elements after the first, of a strided tensor that outlives the reference; not checked.</summary>
        internal unsafe ref T At<T>(long offset)
            where T : unmanaged => ref ((T*)Pointer)[offset];

        /// <summary>All elements in order, of a contiguous tensor that outlives the span.</summary>
        internal unsafe Span<T> AsSpan<T>()
            where T : unmanaged => new(Pointer, checked((int)Count));
    }
}
