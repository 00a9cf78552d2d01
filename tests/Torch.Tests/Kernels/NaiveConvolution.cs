using TorchSharp.Kernels;

namespace DynamosStream.Tests.Kernels;

/// <summary>Convolution and its gradients by definition, in double, NCHW and [output][input][y][x].</summary>
internal static class NaiveConvolution
{
    public static double[] Forward(float[] x, float[] w, float[]? bias, ConvolutionShape s)
    {
        var y = new double[s.Images * s.OutputChannels * s.OutputPixels];
        ForEachProduct(s, (xi, wi, yi) => y[yi] += (double)x[xi] * w[wi]);
        for (var i = 0; bias is not null && i < y.Length; i++)
        {
            y[i] += bias[i / s.OutputPixels % s.OutputChannels];
        }

        return y;
    }

    public static double[] BackwardData(float[] dy, float[] w, ConvolutionShape s)
    {
        var dx = new double[s.Images * s.InputChannels * s.Pixels];
        ForEachProduct(s, (xi, wi, yi) => dx[xi] += (double)dy[yi] * w[wi]);
        return dx;
    }

    public static double[] BackwardWeight(float[] x, float[] dy, ConvolutionShape s)
    {
        var dw = new double[s.OutputChannels * s.InputChannels * s.Taps];
        ForEachProduct(s, (xi, wi, yi) => dw[wi] += (double)x[xi] * dy[yi]);
        return dw;
    }

    /// <summary>Calls the body with the indices of input, weight and output for each product of the convolution.</summary>
    private static void ForEachProduct(ConvolutionShape s, Action<int, int, int> body)
    {
        for (var n = 0; n < s.Images; n++)
        {
            for (var o = 0; o < s.OutputChannels; o++)
            {
                for (var oy = 0; oy < s.OutputHeight; oy++)
                {
                    for (var ox = 0; ox < s.OutputWidth; ox++)
                    {
                        var yi = (((((n * s.OutputChannels) + o) * s.OutputHeight) + oy) * s.OutputWidth) + ox;
                        for (var c = 0; c < s.InputChannels; c++)
                        {
                            for (var ky = 0; ky < s.Kernel.Y; ky++)
                            {
                                for (var kx = 0; kx < s.Kernel.X; kx++)
                                {
                                    var iy = (oy * s.Stride.Y) - s.Padding.Y + (ky * s.Dilation.Y);
                                    var ix = (ox * s.Stride.X) - s.Padding.X + (kx * s.Dilation.X);
                                    if (iy >= 0 && iy < s.Height && ix >= 0 && ix < s.Width)
                                    {
                                        body(
                                            (((((n * s.InputChannels) + c) * s.Height) + iy) * s.Width) + ix,
                                            (((((o * s.InputChannels) + c) * s.Kernel.Y) + ky) * s.Kernel.X) + kx,
                                            yi);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
