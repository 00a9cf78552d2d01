using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Learner;

/// <summary>Decides from a convolution's input which of its output channels matter: gives their attention vector.</summary>
/// <remarks>Field names are parameter names.</remarks>
internal sealed class Agent : Module<Tensor, Tensor>
{
    private const int HiddenRatio = 16;

    private readonly Conv2d pw_conv;
    private readonly BatchNorm2d bn;
    private readonly Sequential prototype;

    public Agent(int inputs, int channels)
        : base(nameof(Agent))
    {
        pw_conv = Conv2d(inputs, channels, kernel_size: 1, bias: false);
        bn = BatchNorm2d(channels);
        prototype = Sequential(
            Linear(channels, channels / HiddenRatio),
            ReLU(),
            Linear(channels / HiddenRatio, channels),
            Sigmoid());
        RegisterComponents();
    }

    /// <summary>N x inputs x H x W to the attention vector v, N x channels.</summary>
    public override Tensor forward(Tensor x)
    {
        var g = Operators.PooledPointwiseBn(x, pw_conv.weight, bn);
        return g * prototype.call(g);
    }
}
