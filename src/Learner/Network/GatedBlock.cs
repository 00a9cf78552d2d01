using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Learner;

/// <summary>Residual block whose convolutions are gated by agents: h = relu(bn1(conv1 x) * a1), y = relu((bn2(conv2 h) + shortcut x) * a2);
/// where the shortcut is not gated, y = relu(bn2(conv2 h) * a2 + shortcut x).</summary>
/// <remarks>Field names are parameter names. A block without agents can only keep every channel.</remarks>
internal sealed class GatedBlock : Module<Tensor, Tensor>
{
    private readonly int _stride;
    private readonly bool _gatedShortcut;
    private readonly Conv2d conv1, conv2;
    private readonly BatchNorm2d bn1, bn2;
    private readonly Sequential? shortcut;
    private readonly Agent? gate1, gate2;

    public GatedBlock(int inputs, int channels, int stride, bool agents, bool gatedShortcut = true)
        : base(nameof(GatedBlock))
    {
        (_stride, _gatedShortcut) = (stride, gatedShortcut);
        conv1 = Conv2d(inputs, channels, kernel_size: 3, stride: stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(channels);
        conv2 = Conv2d(channels, channels, kernel_size: 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(channels);
        if (stride != 1 || inputs != channels)
            shortcut = Sequential(Conv2d(inputs, channels, kernel_size: 1, stride: stride, bias: false), BatchNorm2d(channels));
        if (agents)
            (gate1, gate2) = (new Agent(inputs, channels), new Agent(channels, channels));
        RegisterComponents();
    }

    /// <summary>N x inputs x H x W to N x channels x H/stride x W/stride, every channel kept.</summary>
    public override Tensor forward(Tensor x) => Forward(x, decide: null);

    /// <summary>N x inputs x H x W to N x channels x H/stride x W/stride.</summary>
    /// <param name="x">The block's input.</param>
    /// <param name="decide">Asks an agent about a convolution's input for a gate; null keeps every channel.</param>
    public Tensor Forward(Tensor x, Func<Agent, Tensor, Gate>? decide)
    {
        var first = decide?.Invoke(gate1!, x);
        using var h = Through(Operators.ConvBnRelu(x, conv1.weight, bn1, _stride, gate: first?.Actions), first);
        var second = decide?.Invoke(gate2!, h);
        if (_gatedShortcut || second is null)
            return Through(Operators.ConvBnRelu(h, conv2.weight, bn2, residual: Shortcut(x), gate: second?.Actions), second);
        var z = Operators.ConvBn(h, conv2.weight, bn2, stride: 1) * second.Actions.unsqueeze(2).unsqueeze(3);
        return functional.relu(Through(z, second) + Shortcut(x));
    }

    /// <summary>Takes over <paramref name="gated"/>.</summary>
    private static Tensor Through(Tensor gated, Gate? gate)
    {
        if (gate?.Scale is not { } scale)
            return gated;
        using (gated)
            return gated * scale;
    }

    private Tensor Shortcut(Tensor x) => shortcut is null
        ? x
        : Operators.ConvBn(x, ((Conv2d)shortcut[0]).weight, (BatchNorm2d)shortcut[1], _stride);
}
