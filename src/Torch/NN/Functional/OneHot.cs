namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Class indices as int64 rows that are 1 at the index and 0 elsewhere: [...] becomes [..., num_classes].</summary>
            /// <param name="x">Indices, int64, from 0.</param>
            /// <param name="num_classes">The row length; -1 for one more than the largest index.</param>
            public static Tensor one_hot(Tensor x, long num_classes = -1)
            {
                if (x.dtype != ScalarType.Int64)
                {
                    throw new ExternalException($"one_hot is only applicable to index tensor of type Int64, but got {x.dtype}");
                }

                if (x.Count == 0)
                {
                    return num_classes > 0
                        ? zeros([.. x.Sizes, num_classes], int64)
                        : throw new ExternalException("Can not infer total number of classes from empty tensor.");
                }

                using var scope = NewDisposeScope();
                var (smallest, largest) = (x.min().item<long>(), x.max().item<long>());
                var classes = num_classes == -1 ? largest + 1 : num_classes;
                if (smallest < 0 || largest >= classes)
                {
                    throw new ExternalException($"Class values must be from 0 to {classes - 1}, but they are from {smallest} to {largest}.");
                }

                return x.unsqueeze(-1).eq(arange(classes)).to(int64).MoveToOuterDisposeScope();
            }
        }
    }
}
