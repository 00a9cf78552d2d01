namespace TorchSharp.Modules;

/// <summary>A 2-D convolution over [N, C, H, W].</summary>
public sealed class Conv2d : Convolution
{
    internal Conv2d(
        long in_channels,
        long out_channels,
        (long, long) kernel_size,
        (long, long) stride,
        (long, long) padding,
        (long, long) dilation,
        PaddingModes padding_mode,
        long groups,
        bool bias,
        Device? device,
        ScalarType? dtype)
        : base(
            nameof(Conv2d), in_channels, out_channels, kernel_size, stride, padding, dilation, false, (0, 0), padding_mode, groups, bias, device, dtype)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.conv2d(input, weight, bias, stride, padding, dilation, groups);
}
