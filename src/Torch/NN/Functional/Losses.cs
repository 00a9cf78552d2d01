using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Cross entropy of logits with class indices or class probabilities.</summary>
            /// <param name="input">Logits: [C], [N, C] or [N, C, ...].</param>
            /// <param name="target">Class indices (int64) of the input's shape without C, or probabilities (float32) of its whole shape.</param>
            /// <param name="weight">A weight for each class, [C].</param>
            /// <param name="ignore_index">The class index that counts for nothing.</param>
            /// <param name="reduction">How the terms become the loss; the mean of weighted indices is over their weights.</param>
            /// <param name="label_smoothing">The share of the target that is spread over all classes, 0 to 1.</param>
            public static Tensor cross_entropy(
                Tensor input,
                Tensor target,
                Tensor? weight = null,
                long ignore_index = -100,
                Reduction reduction = Reduction.Mean,
                double label_smoothing = 0.0)
            {
                if (label_smoothing is not (>= 0 and <= 1))
                {
                    throw new ExternalException($"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}");
                }

                using var rows = ClassRows(input);
                if (target.dtype == ScalarType.Float32)
                {
                    return ProbabilityCrossEntropy(input, rows, target, weight, reduction, label_smoothing);
                }

                CheckTargetShape(input, target);
                var loss = ClassLoss.Of(rows, target, weight, ignore_index, reduction);
                using var result = CrossEntropy.Forward(rows, target, weight, loss, (float)label_smoothing);
                return reduction == Reduction.None ? result.view(target.shape) : result.NewHandle();
            }

            /// <summary>The negative log-likelihood of class indices; -100 counts for nothing.</summary>
            /// <param name="input">Log-probabilities: [C], [N, C] or [N, C, ...].</param>
            /// <param name="target">Class indices (int64) of the input's shape without C.</param>
            /// <param name="weight">A weight for each class, [C].</param>
            /// <param name="reduction">How the terms become the loss; the mean is over the weights.</param>
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
            {
                using var rows = ClassRows(input);
                CheckTargetShape(input, target);
                var loss = ClassLoss.Of(rows, target, weight, -100, reduction);
                using var result = NegativeLogLikelihood.Forward(rows, target, weight, loss);
                return reduction == Reduction.None ? result.view(target.shape) : result.NewHandle();
            }

            /// <summary>The squared difference; shapes broadcast.</summary>
            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
            {
                using var difference = input - target;
                using var terms = difference * difference;
                return Reduce(terms, reduction);
            }

            /// <summary>Binary cross entropy of probabilities.</summary>
            /// <param name="input">From 0 to 1, any shape.</param>
            /// <param name="target">From 0 to 1, the same shape.</param>
            /// <param name="weight">A factor of each term, broadcast.</param>
            /// <param name="reduction">How the terms become the loss.</param>
            public static Tensor binary_cross_entropy(
                Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
            {
                using var terms = BinaryCrossEntropy.Terms<ProbabilityLoss>(input, target, null);
                return WeightAndReduce(terms, weight, reduction);
            }

            /// <summary>Binary cross entropy of logits.</summary>
            /// <param name="input">Logits, any shape.</param>
            /// <param name="target">From 0 to 1, the same shape.</param>
            /// <param name="weight">A factor of each term, broadcast.</param>
            /// <param name="reduction">How the terms become the loss.</param>
            /// <param name="pos_weights">The weight of positive targets, broadcast.</param>
            public static Tensor binary_cross_entropy_with_logits(
                Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null)
            {
                using var terms = BinaryCrossEntropy.Terms<LogitLoss>(input, target, pos_weights);
                return WeightAndReduce(terms, weight, reduction);
            }

            /// <summary>[C], [N, C] or [N, C, ...] as [rows, C], where rows run over N and then the rest.</summary>
            private static Tensor ClassRows(Tensor input)
            {
                if (input.dtype != ScalarType.Float32 || input.Rank == 0)
                {
                    throw new ExternalException($"expected Float32 [C], [N, C] or [N, C, ...], but got {input.dtype} {Shape.Text(input.Sizes)}");
                }

                switch (input.Rank)
                {
                    case 1:
                        return input.unsqueeze(0);
                    case 2:
                        return input.NewHandle();
                    default:
                        long[] order = [0, .. Enumerable.Range(2, input.Rank - 2).Select(d => (long)d), 1];
                        using (var last = input.permute(order))
                        {
                            return last.reshape(-1, input.Sizes[1]);
                        }
                }
            }

            private static void CheckTargetShape(Tensor input, Tensor target)
            {
                long[] expected = input.Rank == 1 ? [] : [input.Sizes[0], .. input.Sizes.Skip(2)];
                if (!target.Sizes.SequenceEqual(expected))
                {
                    throw new ExternalException($"Expected target size {Shape.Text(expected)}, got {Shape.Text(target.Sizes)}");
                }
            }

            private static Tensor ProbabilityCrossEntropy(
                Tensor input, Tensor rows, Tensor target, Tensor? weight, Reduction reduction, double smoothing)
            {
                if (!target.Sizes.SequenceEqual(input.Sizes))
                {
                    throw new ExternalException($"Expected target probabilities of size {Shape.Text(input.Sizes)}, got {Shape.Text(target.Sizes)}");
                }

                using var scope = NewDisposeScope();
                var logs = rows.log_softmax(1);
                var shares = ClassRows(target);
                if (smoothing > 0)
                {
                    shares = (shares * (1 - smoothing)) + (smoothing / rows.Sizes[1]);
                }

                var products = weight is null ? logs * shares : logs * shares * weight;
                var terms = -products.sum(dim: 1);
                var result = reduction == Reduction.None
                    ? terms.view([.. input.Sizes.Take(1).Where(_ => input.Rank > 1), .. input.Sizes.Skip(2)])
                    : Reduce(terms, reduction);
                return result.MoveToOuterDisposeScope();
            }

            private static Tensor WeightAndReduce(Tensor terms, Tensor? weight, Reduction reduction)
            {
                if (weight is null)
                {
                    return Reduce(terms, reduction);
                }

                terms.CheckBroadcastsInto(weight);
                using var weighted = terms * weight;
                return Reduce(weighted, reduction);
            }

            private static Tensor Reduce(Tensor terms, Reduction reduction) => reduction switch
            {
                Reduction.None => terms.NewHandle(),
                Reduction.Mean => terms.mean(),
                Reduction.Sum => terms.sum(),
                _ => throw new ArgumentOutOfRangeException(nameof(reduction), reduction, "Expected None, Mean or Sum."),
            };
        }
    }
}
