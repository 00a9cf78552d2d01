using TorchSharp;
using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>Prediction by a network in inference mode.</summary>
internal static class Inference
{
    /// <summary>Images in one pass: as many as fit a core's cache, or enough to keep a GPU busy.</summary>
    public static int ImagesPerPass(Device device) => device.type == DeviceType.CPU ? 8 : 256;

    /// <summary>Predicts some images, a few at a time.</summary>
    /// <param name="network">In inference mode.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="gating">Whether its agents choose the channels.</param>
    /// <param name="classes">Number of logits.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="images">Gives so many of them from a number on, N x channels x height x width.</param>
    public static Predictions Predict(DynamosNetwork network, Device device, bool gating, int classes, int count, Func<int, int, Tensor> images)
    {
        using var noGrad = no_grad();
        var scores = new float[count * classes];
        var kept = new List<float[]>(count);
        float[] ones = [.. Enumerable.Repeat(1f, network.GatedChannels)];
        Operators.TakeMultiplyAdds();
        using var keptWeights = Operators.KeepWeights();
        var most = ImagesPerPass(device);
        for (var start = 0; start < count; start += most)
        {
            using var scope = NewDisposeScope();
            var size = Math.Min(most, count - start);
            var (logits, actions) = Pass(network, images(start, size), gating);
            logits.cpu().data<float>().CopyTo(scores, start * classes);
            if (network.GatedChannels > 0)
                kept.AddRange(actions is null ? Enumerable.Repeat(ones, size) : Rows(actions));
        }

        int[] labels = [.. Enumerable.Range(0, count).Select(i => IndexOfLargest(scores.AsSpan(i * classes, classes)))];
        return new Predictions(labels, scores, ShareOf(kept), Operators.TakeMultiplyAdds() / Math.Max(1, count)) { Kept = kept };
    }

    /// <summary>One pass: logits, and the agents' actions where they were asked.</summary>
    public static (Tensor Logits, Tensor? Actions) Pass(DynamosNetwork network, Tensor images, bool gating)
    {
        if (!gating)
            return (network.call(images), null);
        var output = network.Gated(images, ActionRules.Threshold);
        return (output.Logits, output.Actions);
    }

    /// <summary>The rows of a matrix.</summary>
    public static IEnumerable<float[]> Rows(Tensor matrix) => matrix.cpu().data<float>().ToArray().Chunk((int)matrix.shape[1]);

    /// <summary>Per gated layer, the share of channels that a pass kept; on its device.</summary>
    public static Tensor KeptShare(GatedOutput output) =>
        output.Actions.reshape(output.Actions.shape[0], DynamosNetwork.GatedLayers, -1).mean([0, 2]);

    /// <summary>The first of the largest; a value that is no number counts as the largest.</summary>
    public static int IndexOfLargest(ReadOnlySpan<float> values)
    {
        var largest = 0;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] > values[largest] || (float.IsNaN(values[i]) && !float.IsNaN(values[largest])))
                largest = i;
        }

        return largest;
    }

    /// <summary>The kept shares of a pass in which no agent was asked.</summary>
    public static float[] AllKept(DynamosNetwork network) =>
        network.GatedChannels == 0 ? [] : [.. Enumerable.Repeat(1f, DynamosNetwork.GatedLayers)];

    /// <summary>Per gated layer, the share of channels that these rows of all layers keep; empty without gates.</summary>
    private static float[] ShareOf(List<float[]> rows)
    {
        if (rows.Count == 0)
            return [];
        var layer = rows[0].Length / DynamosNetwork.GatedLayers;
        return [.. Enumerable.Range(0, DynamosNetwork.GatedLayers).Select(l => rows.Average(row => row.Skip(l * layer).Take(layer).Average()))];
    }
}
