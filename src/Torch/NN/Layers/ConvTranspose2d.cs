namespace TorchSharp.Modules;

/// <summary>A 2-D transposed convolution over [N, C, H, W].</summary>
public sealed class ConvTranspose2d : Convolution
{
    internal ConvTranspose2d(
        long in_channels,
        long out_channels,
        (long, long) kernel_size,
        (long, long) stride,
        (long, long) padding,
        (long, long) output_padding,
        (long, long) dilation,
        PaddingModes padding_mode,
        long groups,
        bool bias,
        Device? device,
        ScalarType? dtype)
        : base(
            nameof(ConvTranspose2d), in_channels, out_channels, kernel_size, stride, padding, dilation, true, output_padding, padding_mode, groups, bias, device, dtype)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) =>
        nn.functional.conv_transpose2d(input, weight, bias, stride, padding, output_padding, dilation, groups);
}
