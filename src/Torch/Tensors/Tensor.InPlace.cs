using TorchSharp.Autograd;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Checks that an in-place change may happen and counts it; true when it must be recorded.</summary>
        /// <param name="other">An operand whose gradient may be wanted.</param>
        /// <param name="fills">Whether all elements get one value, which leaves those of an expanded tensor well defined.</param>
        internal bool BeginInPlace(Tensor? other = null, bool fills = false)
        {
            if (!fills)
                CheckElementsApart();
            var recorded = GradMode.Needed(this, other);
            Body.Storage.Touch();
            if (!recorded)
                return false;
            if (Body.LeafRequiresGrad)
                throw new ExternalException("a leaf Variable that requires grad is being used in an in-place operation.");
            if (Body.ViewOf is not null)
            {
                throw new NotSupportedException(
                    "In-place operations with gradient on a view are not supported by this engine; operate on the whole tensor, out of place, or by its indexer.");
            }

            if (dtype != ScalarType.Float32)
                throw new ExternalException($"A tensor of type {dtype} cannot take a gradient's history.");
            return true;
        }

        /// <summary>Puts the operation's node, null when not recorded, in the place of the old history; returns this handle, as in-place operations do.</summary>
        internal Tensor EndInPlace(Node? node)
        {
            if (node is not null)
            {
                node.Attach(this);
                Body.CountRewrite();
            }

            return this;
        }

        internal void CheckElementsApart()
        {
            for (var d = 0; d < Rank; d++)
            {
                if (Sizes[d] > 1 && Body.Strides[d] == 0)
                {
                    throw new ExternalException(
                        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.");
                }
            }
        }

        internal void CheckBroadcastsInto(Tensor source)
        {
            if (!Shape.Broadcast(Sizes, source.Sizes).AsSpan().SequenceEqual(Sizes))
            {
                throw new ExternalException(
                    $"output with shape {Shape.Text(Sizes)} doesn't match the broadcast shape {Shape.Text(Shape.Broadcast(Sizes, source.Sizes))}");
            }
        }
    }
}
