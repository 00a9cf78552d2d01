using TorchSharp.Autograd;

namespace TorchSharp.Kernels;

/// <summary>The loss of a row of log-probabilities with target t is -w_t x_t.</summary>
internal static unsafe class NegativeLogLikelihood
{
    /// <param name="rows">[N, C], log-probabilities.</param>
    /// <param name="target">[N], int64.</param>
    /// <param name="weight">[C] or null for ones.</param>
    /// <param name="loss">What <see cref="ClassLoss.Of"/> made of these.</param>
    public static Tensor Forward(Tensor rows, Tensor target, Tensor? weight, ClassLoss loss)
    {
        using var x = rows.Contiguous();
        using var t = target.Contiguous();
        using var w = weight?.Contiguous();
        using var terms = Tensor.EmptyStrided([loss.Rows]);
        for (long row = 0; row < loss.Rows; row++)
        {
            var c = ((long*)t.Pointer)[row];
            terms.Floats[row] = c == loss.IgnoreIndex ? 0 : -Weight(w, c) * x.Floats[(row * loss.Classes) + c];
        }

        var denominator = loss.Denominator(t, w);
        var result = loss.Reduce(terms, denominator);
        if (GradMode.Needed(rows))
        {
            new NegativeLogLikelihoodNode(rows, t, w, loss, denominator).Attach(result);
        }

        return result;
    }

    private static float Weight(Tensor? weight, long c) => weight is null ? 1 : weight.Floats[c];

    private sealed class NegativeLogLikelihoodNode : Node
    {
        private readonly ClassLoss _loss;
        private readonly double _denominator;

        public NegativeLogLikelihoodNode(Tensor rows, Tensor target, Tensor? weight, ClassLoss loss, double denominator)
            : base(rows)
        {
            Save(target, weight);
            (_loss, _denominator) = (loss, denominator);
        }

        public override void Backward(Tensor grad, Tensor?[] inputGrads)
        {
            var (target, weight, outer) = (Saved(0), SavedOrNull(1), grad.Contiguous());
            var result = zeros(_loss.Rows, _loss.Classes);
            for (long row = 0; row < _loss.Rows; row++)
            {
                var c = ((long*)target.Pointer)[row];
                if (c != _loss.IgnoreIndex)
                {
                    result.Floats[(row * _loss.Classes) + c] = -Weight(weight, c) * _loss.RowGrad(outer.Floats, _denominator, row);
                }
            }

            inputGrads[0] = result;
        }
    }
}
