using static TorchSharp.torch;

namespace DynamosStream.Tests;

/// <summary>Checks gradients against central finite differences.</summary>
internal static class FiniteDifferences
{
    /// <summary>Compares the gradients of a weighted sum of the function's result with differences over each element of each input.</summary>
    /// <param name="function">From the inputs, each float32, to a float32 tensor.</param>
    /// <param name="inputs">Where to check; kept away from kinks by the caller.</param>
    /// <param name="tolerance">Largest difference allowed, relative to the larger of 1 and the gradient.</param>
    /// <param name="step">Half the distance of the two points.</param>
    public static void Check(Func<Tensor[], Tensor> function, Tensor[] inputs, double tolerance = 5e-3, float step = 1e-2f)
    {
        using var scope = NewDisposeScope();
        foreach (var input in inputs)
        {
            input.requires_grad = true;
            input.grad = null;
        }

        var output = function(inputs);
        var weights = Weights(output.numel()).reshape(output.shape);
        output.mul(weights).sum().backward();
        using var mode = no_grad();
        for (var k = 0; k < inputs.Length; k++)
        {
            var analytic = inputs[k].grad ?? zeros_like(inputs[k]);
            var gradients = analytic.data<float>().ToArray();
            var data = inputs[k].data<float>();
            for (var i = 0; i < gradients.Length; i++)
            {
                var value = data[i];
                data[i] = value + step;
                var above = Loss(function, inputs, weights);
                data[i] = value - step;
                var below = Loss(function, inputs, weights);
                data[i] = value;
                var numeric = (above - below) / (2.0 * step);
                var difference = Math.Abs(numeric - gradients[i]);
                Assert.True(
                    difference <= tolerance * Math.Max(1, Math.Abs(numeric)),
                    $"Input {k}, element {i}: gradient {gradients[i]}, finite difference {numeric}.");
            }
        }
    }

    /// <summary>Values that are not all alike, spread over [low, high], the same at each call.</summary>
    public static Tensor Values(long[] shape, float low = -1, float high = 1, int seed = 1)
    {
        var random = new Random(seed);
        var values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++)
            values[i] = low + ((high - low) * random.NextSingle());
        return tensor(values, shape);
    }

    private static Tensor Weights(long count) => Values([count], 0.5f, 1.5f, 7);

    private static double Loss(Func<Tensor[], Tensor> function, Tensor[] inputs, Tensor weights)
    {
        using var scope = NewDisposeScope();
        var output = function(inputs).contiguous().data<float>().ToArray();
        var factors = weights.contiguous().data<float>().ToArray();
        return output.Zip(factors, (x, w) => (double)x * w).Sum();
    }
}
