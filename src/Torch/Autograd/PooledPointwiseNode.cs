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

    /// <param name="x">[N, inputs, H, W].</param>
    /// <param name="w">[C, inputs, 1, 1].</param>
    /// <param name="weight">Of the normalisation, [C].</param>
    /// <param name="bias">Of the normalisation, [C].</param>
    /// <param name="moments">Of x.</param>
    /// <param name="pooled">W m: [N, C].</param>
    /// <param name="norm">Of W x.</param>
    public PooledPointwiseNode(Tensor x, Tensor w, Tensor? weight, Tensor? bias, PixelMoments moments, Tensor pooled, ChannelNorm norm)
        : base(x, w, weight, bias)
    {
        _norm = norm;
        Save(x, w, moments.ImageMeans, moments.Mean, moments.Covariance, pooled);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        Tensor x = Saved(0), weights = Saved(1), imageMeans = Saved(2), mean = Saved(3), pooled = Saved(5);
        var covariance = SavedOrNull(4);
        var w = weights.reshape(weights.Sizes[0], -1);
        var pixels = x.Sizes[2] * x.Sizes[3];
        var all = x.Sizes[0] * pixels;
        Tensor scale = Row(_norm.Scale), inverse = Row(_norm.InverseDeviation), mu = Row(_norm.Mean);

        var products = (grad * (pooled - mu)).sum(0, keepdim: true) * inverse;
        var sum = grad.sum(0, keepdim: true);
        if (NeedsInputGrad(2))
            inputGrads[2] = products.reshape(-1);
        if (NeedsInputGrad(3))
            inputGrads[3] = sum.reshape(-1);

        var scaled = grad * scale;
        var slope = scale * inverse * products * (-1.0 / all);
        var centered = scale * sum * (-1.0 / all); // constant + slope * mean(z)
        if (NeedsInputGrad(1))
        {
            var dw = scaled.t().mm(imageMeans);
            if (covariance is not null)
                dw = dw + (((slope.t() * w.mm(covariance)) + centered.t().mm(mean)) * all);
            inputGrads[1] = dw.reshape(weights.Sizes);
        }

        if (NeedsInputGrad(0))
        {
            var perPixel = scaled / pixels;
            if (covariance is null)
            {
                inputGrads[0] = perPixel.mm(w).unsqueeze(2).unsqueeze(3).expand(x.Sizes);
                return;
            }

            var constant = perPixel + centered - (slope * mu);
            var (matrix, offsets) = ((w * slope.t()).t().mm(w), constant.mm(w));
            if (GradSoFar(0) is { } others)
                PixelMap.AddTo(others, x, matrix, offsets);
            else
                inputGrads[0] = PixelMap.Apply(x, matrix, offsets);
        }
    }

    private static Tensor Row(float[] values) => tensor(values, [1, values.Length]);
}
