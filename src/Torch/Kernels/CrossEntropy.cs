using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp.Autograd;

namespace TorchSharp.Kernels;

/// <summary>
/// Log-softmax and negative log-likelihood in one: the loss of a row x with target t is
/// (1 - s) w_t (lse - x_t) + s / C sum_c w_c (lse - x_c), with lse = log sum exp x and smoothing s.
/// </summary>
internal static unsafe class CrossEntropy
{
    /// <param name="logits">[N, C].</param>
    /// <param name="target">[N], int64.</param>
    /// <param name="weight">[C] or null for ones.</param>
    /// <param name="loss">What <see cref="ClassLoss.Of"/> made of these.</param>
    /// <param name="smoothing">s, 0 to 1.</param>
    public static Tensor Forward(Tensor logits, Tensor target, Tensor? weight, ClassLoss loss, float smoothing)
    {
        using var x = logits.Contiguous();
        using var t = target.Contiguous();
        using var w = weight?.Contiguous();
        using var probabilities = Tensor.EmptyStrided(x.Sizes);
        using var terms = Tensor.EmptyStrided([loss.Rows]);
        var (from, to, targets, weights, output) = ((nint)x.Floats, (nint)probabilities.Floats, (nint)t.Pointer, Pointer(w), (nint)terms.Floats);
        loss.ForRows((begin, end) =>
        {
            for (var row = begin; row < end; row++)
            {
                var offset = row * loss.Classes;
                var logSum = Softmax((float*)from + offset, (float*)to + offset, loss.Classes);
                ((float*)output)[row] = Term((float*)from + offset, logSum, ((long*)targets)[row], (float*)weights, loss, smoothing);
            }
        });
        var denominator = loss.Denominator(t, w);
        var result = loss.Reduce(terms, denominator);
        if (GradMode.Needed(logits))
        {
            new CrossEntropyNode(logits, probabilities, t, w, loss, smoothing, denominator).Attach(result);
        }

        return result;
    }

    private static nint Pointer(Tensor? tensor) => tensor is null ? 0 : (nint)tensor.Floats;

    private static float Term(float* x, float logSum, long target, float* weights, ClassLoss loss, float smoothing)
    {
        if (target == loss.IgnoreIndex)
        {
            return 0;
        }

        var term = (1 - smoothing) * (weights == null ? 1 : weights[target]) * (logSum - x[target]);
        if (smoothing > 0)
        {
            var sum = 0f;
            for (long c = 0; c < loss.Classes; c++)
            {
                sum += (weights == null ? 1 : weights[c]) * (logSum - x[c]);
            }

            term += smoothing / loss.Classes * sum;
        }

        return term;
    }

    /// <summary>Writes the softmax of a row and returns its log-sum-exp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Softmax(float* x, float* probabilities, long count)
    {
        var max = float.NegativeInfinity;
        for (long i = 0; i < count; i++)
        {
            max = MathF.Max(max, x[i]);
        }

        var (sums, offset) = (Vector256<float>.Zero, Vector256.Create(max));
        long c = 0;
        for (; c <= count - Vector256<float>.Count; c += Vector256<float>.Count)
        {
            var e = VectorMath.Exp(Vector256.Load(x + c) - offset);
            sums += e;
            e.Store(probabilities + c);
        }

        var sum = Vector256.Sum(sums);
        for (; c < count; c++)
        {
            var e = MathF.Exp(x[c] - max);
            sum += e;
            probabilities[c] = e;
        }

        var scale = 1 / sum;
        for (long i = 0; i < count; i++)
        {
            probabilities[i] *= scale;
        }

        return max + MathF.Log(sum);
    }

    private sealed class CrossEntropyNode : Node
    {
        private readonly ClassLoss _loss;
        private readonly float _smoothing;
        private readonly double _denominator;

        public CrossEntropyNode(
            Tensor logits, Tensor probabilities, Tensor target, Tensor? weight, ClassLoss loss, float smoothing, double denominator)
            : base(logits)
        {
            Save(probabilities, target, weight);
            (_loss, _smoothing, _denominator) = (loss, smoothing, denominator);
        }

        public override void Backward(Tensor grad, Tensor?[] inputGrads)
        {
            var (probabilities, target, weight) = (Saved(0), Saved(1), SavedOrNull(2));
            var outer = grad.Contiguous();
            var result = Tensor.EmptyStrided(probabilities.Sizes);
            var weightSum = (float)_loss.Classes;
            if (weight is not null)
            {
                weightSum = 0;
                for (long c = 0; c < _loss.Classes; c++)
                {
                    weightSum += weight.Floats[c];
                }
            }

            var (g, p, t, w, output) = ((nint)outer.Floats, (nint)probabilities.Floats, (nint)target.Pointer, Pointer(weight), (nint)result.Floats);
            _loss.ForRows((begin, end) =>
            {
                for (var row = begin; row < end; row++)
                {
                    var offset = row * _loss.Classes;
                    var rowGrad = _loss.RowGrad((float*)g, _denominator, row);
                    RowBackward((float*)p + offset, (float*)output + offset, ((long*)t)[row], (float*)w, weightSum, rowGrad);
                }
            });
            inputGrads[0] = result;
        }

        private void RowBackward(float* p, float* result, long target, float* weights, float weightSum, float rowGrad)
        {
            if (target == _loss.IgnoreIndex)
            {
                new Span<float>(result, (int)_loss.Classes).Clear();
                return;
            }

            var hard = (1 - _smoothing) * (weights == null ? 1 : weights[target]) * rowGrad;
            var soft = _smoothing / _loss.Classes * rowGrad;
            var scale = hard + (soft * weightSum);
            for (long c = 0; c < _loss.Classes; c++)
            {
                result[c] = (scale * p[c]) - (soft * (weights == null ? 1 : weights[c]));
            }

            result[target] -= hard;
        }
    }
}
