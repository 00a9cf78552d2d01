namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>A copy of the sizes.</summary>
        public long[] shape => [.. Sizes];

        public long[] size() => shape;

        public long size(int dim) => Sizes[Shape.Dim(dim, Rank)];

        public long dim() => Rank;

        public long ndim => Rank;

        public long Dimensions => Rank;

        public long numel() => Count;

        public long NumberOfElements => Count;

        public long[] stride() => [.. Body.Strides];

        public long stride(int dim) => Body.Strides[Shape.Dim(dim, Rank)];

        public bool is_contiguous() => Body.IsContiguous;

        public ScalarType dtype => Body.DType;

        public Device device
        {
            get
            {
                _ = Body;
                return CPU;
            }
        }

        public DeviceType device_type => device.type;

        public int device_index => device.index;

        public bool is_cuda => device.type == DeviceType.CUDA;

        public bool is_cpu() => device.type == DeviceType.CPU;

        /// <summary>Bytes an element takes.</summary>
        public long ElementSize => SizeOf(dtype);

        public long element_size() => ElementSize;

        public override string ToString() =>
            IsInvalid ? "Tensor invalid" : $"{Shape.Text(Sizes)}, type = {dtype}, device = {device}";
    }
}
