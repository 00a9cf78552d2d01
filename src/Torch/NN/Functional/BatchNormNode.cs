using TorchSharp.Kernels;

namespace TorchSharp.Autograd;

/// <summary>y = (x - mean) * inverseDeviation * weight + bias, where mean and deviation are those of x (training) or constants.</summary>
internal sealed class BatchNormNode : Node
{
    private readonly float[] _mean;
    private readonly float[] _inverseDeviation;
    private readonly bool _training;

    public BatchNormNode(Tensor x, Tensor? weight, Tensor? bias, float[] mean, float[] inverseDeviation, bool training)
        : base(x, weight, bias)
    {
        _mean = mean;
        _inverseDeviation = inverseDeviation;
        _training = training;
        Save(x, weight);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var x = Saved(0);
        var (sum, products) = BatchNormOperator.GradientSums(x, grad, _mean);
        if (NeedsInputGrad(0))
            inputGrads[0] = InputGradient(x, grad, sum, products);
        if (NeedsInputGrad(1))
            inputGrads[1] = tensor(Array.ConvertAll([.. products.Zip(_inverseDeviation, (p, d) => p * d)], v => (float)v));
        if (NeedsInputGrad(2))
            inputGrads[2] = tensor(Array.ConvertAll(sum, v => (float)v));
    }

    /// <summary>dx = w / s * (dy - mean(dy) - (x - m) / s^2 * mean(dy * (x - m))); the means are of dy's part in m and s, absent in inference.</summary>
    private Tensor InputGradient(Tensor x, Tensor grad, double[] sum, double[] products)
    {
        var channels = sum.Length;
        var count = x.Count / channels;
        using var plainWeight = SavedOrNull(1)?.Contiguous();
        var weight = plainWeight?.data<float>();
        var (a, b, c) = (new float[channels], new float[channels], new float[channels]);
        for (var i = 0; i < channels; i++)
        {
            var scale = _inverseDeviation[i] * (double)(weight is null ? 1 : weight[i]);
            a[i] = (float)scale;
            if (!_training)
                continue;
            var slope = -scale * _inverseDeviation[i] * _inverseDeviation[i] * products[i] / count;
            b[i] = (float)slope;
            c[i] = (float)((-scale * sum[i] / count) - (slope * _mean[i]));
        }

        return BatchNormOperator.InputGradient(x, grad, a, b, c);
    }
}
