namespace TorchSharp;

public static partial class torch
{
    /// <summary>One entry of a tensor's indexer: a number, a slice, all, a new dimension, a mask or a tensor of positions.</summary>
    public struct TensorIndex
    {
        public static TensorIndex Ellipsis = new() { Kind = IndexKind.Ellipsis };

        /// <summary>A new dimension of size 1.</summary>
        public static TensorIndex None = new() { Kind = IndexKind.NewDimension };

        /// <summary>As <see cref="None"/>.</summary>
        public static TensorIndex Null = new() { Kind = IndexKind.NewDimension };

        public static TensorIndex Colon = Slice();

        internal IndexKind Kind { get; private set; }

        internal long? Start { get; private set; }

        internal long? Stop { get; private set; }

        internal long? Step { get; private set; }

        internal Tensor? Positions { get; private set; }

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        public static implicit operator TensorIndex(System.Range range) => Slice(range);

        public static implicit operator TensorIndex(System.Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);

        /// <summary>Every step-th position of [start, stop); negative ones count from the end; step at least 1.</summary>
        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { Kind = IndexKind.Slice, Start = start, Stop = stop, Step = step };

        public static TensorIndex Slice((int? start, int? end) range) => Slice(range.start, range.end);

        public static TensorIndex Slice(System.Range range) => Slice(
            range.Start.IsFromEnd ? (range.Start.Value == 0 ? long.MaxValue : -range.Start.Value) : range.Start.Value,
            range.End.IsFromEnd ? (range.End.Value == 0 ? null : -range.End.Value) : range.End.Value);

        /// <summary>A new dimension of size 1, or 0 for false.</summary>
        public static TensorIndex Bool(bool value) => Tensor(tensor(value));

        public static TensorIndex Single(long? index) =>
            index is { } i ? new() { Kind = IndexKind.Single, Start = i } : None;

        /// <summary>Positions (whole numbers), or a Bool mask over as many dimensions as it has.</summary>
        public static TensorIndex Tensor(Tensor tensor) => new() { Kind = IndexKind.Tensor, Positions = tensor };
    }

    internal enum IndexKind
    {
        Slice,
        Single,
        Ellipsis,
        NewDimension,
        Tensor,
    }
}
