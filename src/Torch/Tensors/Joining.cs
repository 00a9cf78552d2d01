using TorchSharp.Autograd;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Tensors one behind the other along a dimension; other sizes must agree.</summary>
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => Joined([.. tensors], dim);

    public static Tensor cat(Tensor[] tensors, long dim = 0) => Joined(tensors, dim);

    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => Joined(tensors.ToArray(), dim);

    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => Joined([.. tensors], dim);

    public static Tensor concat(Tensor[] tensors, long dim = 0) => Joined(tensors, dim);

    public static Tensor concat(ReadOnlySpan<Tensor> tensors, long dim = 0) => Joined(tensors.ToArray(), dim);

    /// <summary>Tensors of one shape along a new dimension.</summary>
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0)
    {
        using var scope = NewDisposeScope();
        Tensor[] parts = [.. tensors];
        foreach (var part in parts)
        {
            if (!part.Sizes.AsSpan().SequenceEqual(parts[0].Sizes))
                throw new ExternalException($"stack expects each tensor to be equal size, but got {Shape.Text(parts[0].Sizes)} and {Shape.Text(part.Sizes)}");
        }

        return Joined([.. parts.Select(part => part.unsqueeze(dim))], dim).MoveToOuterDisposeScope();
    }

    private static Tensor Joined(Tensor[] tensors, long dim)
    {
        if (tensors.Length == 0)
            throw new ExternalException("torch.cat(): expected a non-empty list of Tensors");
        var parts = tensors.Where(part => part.Rank != 1 || part.Count != 0).ToArray();
        if (parts.Length == 0)
            parts = [tensors[0]];
        var d = Shape.Dim(dim, parts[0].Rank);
        var sizes = (long[])parts[0].Sizes.Clone();
        if (sizes.Length == 0)
            throw new ExternalException("zero-dimensional tensor cannot be concatenated");
        var type = parts[0].dtype;
        sizes[d] = 0;
        foreach (var part in parts)
        {
            type = Promotion.Of(type, part.dtype);
            for (var i = 0; i < sizes.Length; i++)
            {
                if (part.Rank != sizes.Length || (i != d && part.Sizes[i] != sizes[i]))
                {
                    throw new ExternalException(
                        $"Sizes of tensors must match except in dimension {d}. Got {Shape.Text(parts[0].Sizes)} and {Shape.Text(part.Sizes)}.");
                }
            }

            sizes[d] += part.Sizes[d];
        }

        var result = Tensor.EmptyStrided(sizes, type);
        using (no_grad())
        {
            var start = 0L;
            foreach (var part in parts)
            {
                using var place = result.Sliced(d, start, part.Sizes[d], 1);
                place.CopyElements(part);
                start += part.Sizes[d];
            }
        }

        return GradMode.Needed(parts) ? new CatNode(parts, d).Attach(result) : result;
    }
}
