using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>Prediction by a network in inference mode.</summary>
internal static class Inference
{
    /// <summary>Images in one pass.</summary>
    public const int BatchSize = 8;

    /// <summary>Predicts some images, a few at a time.</summary>
    /// <param name="network">In inference mode.</param>
    /// <param name="gating">Whether its agents choose the channels.</param>
    /// <param name="classes">Number of logits.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="images">Gives so many of them from a number on, N x channels x height x width.</param>
    public static Predictions Predict(DynamosNetwork network, bool gating, int classes, int count, Func<int, int, Tensor> images)
    {
        using var noGrad = no_grad();
        var labels = new List<int>(count);
        var scores = new float[count * classes];
        var kept = new float[AllKept(network).Length];
        Operators.TakeMultiplyAdds();
        using var keptWeights = Operators.KeepWeights();
        for (var start = 0; start < count; start += BatchSize)
        {
            using var scope = NewDisposeScope();
            var size = Math.Min(BatchSize, count - start);
            var (logits, keptShare) = Pass(network, images(start, size), gating);
            logits.cpu().data<float>().CopyTo(scores, start * classes);
            labels.AddRange(logits.argmax(1).cpu().data<long>().Select(label => (int)label));
            for (var layer = 0; layer < kept.Length; layer++)
                kept[layer] += keptShare[layer] * size / count;
        }

        return new Predictions(labels, scores, kept, Operators.TakeMultiplyAdds() / Math.Max(1, count));
    }

    /// <summary>One pass: logits, and per gated layer the share of channels kept.</summary>
    public static (Tensor Logits, float[] KeptShare) Pass(DynamosNetwork network, Tensor images, bool gating)
    {
        if (!gating)
            return (network.call(images), AllKept(network));
        var output = network.Gated(images, ActionRules.Threshold);
        return (output.Logits, KeptShare(output).cpu().data<float>().ToArray());
    }

    /// <summary>Per gated layer, the share of channels that a pass kept; on its device.</summary>
    public static Tensor KeptShare(GatedOutput output) =>
        output.Actions.reshape(output.Actions.shape[0], DynamosNetwork.GatedLayers, -1).mean([0, 2]);

    /// <summary>The kept shares of a pass in which no agent was asked.</summary>
    public static float[] AllKept(DynamosNetwork network) =>
        network.GatedChannels == 0 ? [] : [.. Enumerable.Repeat(1f, DynamosNetwork.GatedLayers)];
}
