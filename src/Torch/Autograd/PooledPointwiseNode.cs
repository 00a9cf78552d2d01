using TorchSharp.Kernels;

namespace TorchSharp.Autograd;

/// <summary>y = mean over the image of BatchNorm(W x), from the moments of x alone.</summary>
/// <remarks>
/// With z = W x, a pixel's gradient is dz = scale * dy / HW + slope * z + constant, so that
/// dW = scale dy' m + slope M (W Cov + mean(z) mean(x)') + constant M mean(x)', and dx = S x + (scale * dy / HW + constant) W with
/// S = W' diag(slope) W; M counts all pixels of all images, m are the image means of x. Slope and constant are 0 in inference.
/// </remarks>
internal sealed class PooledPointwiseNode : Node
{
    private readonly ChannelNorm _norm;
    private readonly float[] _mean;

    /// <param name="x">[N, inputs, H, W].</param>
    /// <param name="w">[C, inputs, 1, 1].</param>
    /// <param name="weight">Of the normalisation, [C].</param>
    /// <param name="bias">Of the normalisation, [C].</param>
    /// <param name="moments">Of x.</param>
    /// <param name="weightedCovariance">W Cov: [C, inputs]; null in inference.</param>
    /// <param name="pooled">W m: [N, C].</param>
    /// <param name="norm">Of W x.</param>
    public PooledPointwiseNode(
        Tensor x, Tensor w, Tensor? weight, Tensor? bias, PixelMoments moments, Tensor? weightedCovariance, Tensor pooled, ChannelNorm norm)
        : base(x, w, weight, bias)
    {
        _norm = norm;
        _mean = moments.Mean;
        Save(x, w, moments.ImageMeans, weightedCovariance, pooled);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        Tensor x = Saved(0), w = Saved(1), imageMeans = Saved(2), pooled = Saved(4);
        var weightedCovariance = SavedOrNull(3);
        var pixels = x.Sizes[2] * x.Sizes[3];
        var all = x.Sizes[0] * pixels;
        var (sum, products) = PooledPointwise.GradientSums(grad, pooled, _norm.Mean);
        var (scale, slope, constant) = _norm.InputGradient(sum, products, all);
        if (NeedsInputGrad(1))
        {
            var centered = new float[scale.Length];
            for (var c = 0; c < centered.Length; c++)
                centered[c] = (float)(-scale[c] * sum[c] / all); // constant + slope * mean(z), without cancellation
            inputGrads[1] = PooledPointwise.WeightGradient(grad, imageMeans, _mean, weightedCovariance, scale, slope, centered, all);
        }

        if (NeedsInputGrad(2))
            inputGrads[2] = _norm.WeightGradient(products);
        if (NeedsInputGrad(3))
            inputGrads[3] = ChannelNorm.BiasGradient(sum);
        if (!NeedsInputGrad(0))
            return;

        var offsets = PooledPointwise.InputOffsets(grad, w, Array.ConvertAll(scale, s => s / pixels), constant);
        if (weightedCovariance is null)
        {
            inputGrads[0] = offsets.unsqueeze(2).unsqueeze(3).expand(x.Sizes);
            return;
        }

        var matrix = PooledPointwise.InputMatrix(w, slope);
        if (GradSoFar(0) is { } others)
            PixelMap.AddTo(others, x, matrix, offsets);
        else
            inputGrads[0] = PixelMap.Apply(x, matrix, offsets);
    }
}
