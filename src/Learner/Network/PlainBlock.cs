using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Learner;

/// <summary>Residual block: relu(bn2(conv2(relu(bn1(conv1 x)))) + x).</summary>
/// <remarks>Field names are parameter names.</remarks>
internal sealed class PlainBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1, conv2;
    private readonly BatchNorm2d bn1, bn2;

    public PlainBlock(int channels)
        : base(nameof(PlainBlock))
    {
        conv1 = Conv2d(channels, channels, kernel_size: 3, padding: 1, bias: false);
        bn1 = BatchNorm2d(channels);
        conv2 = Conv2d(channels, channels, kernel_size: 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(channels);
        RegisterComponents();
    }

    /// <summary>N x channels x H x W to the same shape.</summary>
    public override Tensor forward(Tensor x)
    {
        using var h = Operators.ConvBnRelu(x, conv1.weight, bn1);
        return Operators.ConvBnRelu(h, conv2.weight, bn2, residual: x);
    }
}
