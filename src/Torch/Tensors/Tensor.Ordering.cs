namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Sorted along a dimension, with each element's former position; always stable.</summary>
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false)
        {
            var indices = argsort(dim, descending);
            return (Rank == 0 ? clone() : gather(dim, indices), indices);
        }

        /// <summary>Positions that sort a dimension; equal elements keep their order, NaN counts as largest.</summary>
        public Tensor argsort(long dim = -1, bool descending = false)
        {
            if (Rank == 0)
                return zeros((ReadOnlySpan<long>)[], ScalarType.Int64);
            using var scope = NewDisposeScope();
            using var mode = no_grad();
            var d = Shape.Dim(dim, Rank);
            var rows = transpose(d, -1).contiguous();
            var width = checked((int)Sizes[d]);
            var order = dtype switch
            {
                ScalarType.Float32 => Orders(rows.Elements<float>(), width, descending, CompareNanLast),
                ScalarType.Bool => Orders(rows.Elements<bool>(), width, descending, (a, b) => a.CompareTo(b)),
                _ => Orders(rows.to_type(ScalarType.Int64).Elements<long>(), width, descending, (a, b) => a.CompareTo(b)),
            };
            return tensor(order, rows.Sizes).transpose(d, -1).contiguous().MoveToOuterDisposeScope();
        }

        /// <summary>The k largest (or smallest) along a dimension, in order, and their positions.</summary>
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
        {
            var d = Shape.Dim(dim, Rank);
            if (k < 0 || k > (Rank == 0 ? 1 : Sizes[d]))
                throw new ExternalException("selected index k out of range");
            using var order = argsort(d, largest);
            using var first = Rank == 0 ? order.NewHandle() : order.narrow(d, 0, k);
            var indexes = first.contiguous();
            return (Rank == 0 ? clone() : gather(d, indexes), indexes);
        }

        private static int CompareNanLast(float a, float b) =>
            float.IsNaN(a) || float.IsNaN(b) ? float.IsNaN(a).CompareTo(float.IsNaN(b)) : a.CompareTo(b);

        private static long[] Orders<T>(T[] values, int width, bool descending, Comparison<T> compare)
        {
            var order = new long[values.Length];
            for (var row = 0; row < values.Length; row += width)
            {
                var start = row;
                var span = order.AsSpan(row, width);
                for (var i = 0; i < width; i++)
                    span[i] = i;
                span.Sort((a, b) =>
                {
                    var sign = compare(values[start + a], values[start + b]);
                    return sign == 0 ? a.CompareTo(b) : descending ? -sign : sign;
                });
            }

            return order;
        }
    }
}
