using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>x where the condition holds, else y; all three broadcast.</summary>
    public static Tensor where(Tensor condition, Tensor x, Tensor y)
    {
        var result = Selection.Run(condition, x, y);
        return GradMode.Needed(x, y) ? new WhereNode(condition, x, y).Attach(result) : result;
    }

    /// <summary>Per dimension, the indices of the elements that are not 0.</summary>
    public static Tensor[] where(Tensor condition)
    {
        using var indices = condition.nonzero();
        return indices.unbind(1);
    }

    public partial class Tensor
    {
        public Tensor where(Tensor condition, Tensor y) => torch.where(condition, this, y);

        /// <summary>A copy with the value where the Bool mask is true; both broadcast.</summary>
        public Tensor masked_fill(Tensor mask, Scalar value)
        {
            CheckMask(mask);
            using var number = full((ReadOnlySpan<long>)[], value, dtype);
            return torch.where(mask, number, this);
        }

        public Tensor masked_fill_(Tensor mask, Scalar value)
        {
            CheckMask(mask);
            CheckBroadcastsInto(mask);
            var recorded = BeginInPlace();
            using var number = full((ReadOnlySpan<long>)[], value, dtype);
            using var plain = detach();
            using var filled = Selection.Run(mask, number, plain);
            CopyElements(filled);
            return EndInPlace(recorded ? new WhereNode(mask, number, this) : null);
        }

        /// <summary>The elements where the Bool mask is true, one behind the other.</summary>
        public Tensor masked_select(Tensor mask)
        {
            CheckMask(mask);
            using var spread = mask.expand(Shape.Broadcast(Sizes, mask.Sizes));
            using var source = expand(spread.Sizes);
            return source.index(spread);
        }

        /// <summary>Indices of the elements that are not 0, a row each: [found, dimensions].</summary>
        public Tensor nonzero()
        {
            using var flags = As(ScalarType.Bool);
            var values = flags.Elements<bool>();
            var found = new List<long>();
            for (var i = 0L; i < values.LongLength; i++)
            {
                if (values[i])
                    found.Add(i);
            }

            var indices = new long[found.Count * Rank];
            for (var row = 0; row < found.Count; row++)
            {
                var rest = found[row];
                for (var d = Rank - 1; d >= 0; d--)
                {
                    indices[(row * Rank) + d] = rest % Sizes[d];
                    rest /= Sizes[d];
                }
            }

            return tensor(indices, [found.Count, Rank]);
        }

        public IList<Tensor> nonzero_as_list() => torch.where(this);

        public Tensor argwhere() => nonzero();

        private static void CheckMask(Tensor mask)
        {
            if (mask.dtype != ScalarType.Bool)
                throw new ExternalException($"masked_fill_ only supports boolean masks, but got mask with dtype {mask.dtype}");
        }
    }
}
