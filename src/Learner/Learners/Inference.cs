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
        var keptShare = new float[AllKept(network).Length];
        var kept = new List<float[]>(count);
        float[] ones = [.. Enumerable.Repeat(1f, network.GatedChannels)];
        Operators.TakeMultiplyAdds();
        using var keptWeights = Operators.KeepWeights();
        for (var start = 0; start < count; start += BatchSize)
        {
            using var scope = NewDisposeScope();
            var size = Math.Min(BatchSize, count - start);
            var (logits, share, actions) = Pass(network, images(start, size), gating);
            logits.cpu().data<float>().CopyTo(scores, start * classes);
            labels.AddRange(logits.argmax(1).cpu().data<long>().Select(label => (int)label));
            for (var layer = 0; layer < keptShare.Length; layer++)
                keptShare[layer] += share[layer] * size / count;
            if (network.GatedChannels > 0)
                kept.AddRange(actions is null ? Enumerable.Repeat(ones, size) : Rows(actions));
        }

        return new Predictions(labels, scores, keptShare, Operators.TakeMultiplyAdds() / Math.Max(1, count)) { Kept = kept };
    }

    /// <summary>One pass: logits, per gated layer the share of channels kept, and the agents' actions where they were asked.</summary>
    public static (Tensor Logits, float[] KeptShare, Tensor? Actions) Pass(DynamosNetwork network, Tensor images, bool gating)
    {
        if (!gating)
            return (network.call(images), AllKept(network), null);
        var output = network.Gated(images, ActionRules.Threshold);
        return (output.Logits, KeptShare(output).cpu().data<float>().ToArray(), output.Actions);
    }

    /// <summary>The rows of a matrix.</summary>
    public static IEnumerable<float[]> Rows(Tensor matrix) => matrix.cpu().data<float>().ToArray().Chunk((int)matrix.shape[1]);

    /// <summary>Per gated layer, the share of channels that a pass kept; on its device.</summary>
    public static Tensor KeptShare(GatedOutput output) =>
        output.Actions.reshape(output.Actions.shape[0], DynamosNetwork.GatedLayers, -1).mean([0, 2]);

    /// <summary>The kept shares of a pass in which no agent was asked.</summary>
    public static float[] AllKept(DynamosNetwork network) =>
        network.GatedChannels == 0 ? [] : [.. Enumerable.Repeat(1f, DynamosNetwork.GatedLayers)];
}
