using System.Runtime.InteropServices;
using DynamosStream.Tests.Kernels;
using TorchSharp.Kernels;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DynamosStream.Tests.NN;

public sealed class ConvolutionTests
{
    /// <summary>Images, inputs, height, width, outputs, kernel, stride, padding, dilation, groups: every path of the operator.</summary>
    public static TheoryData<int[]> Cases() =>
    [
        new int[] { 2, 16, 6, 5, 16, 3, 1, 1, 1, 1 },
        new int[] { 2, 3, 6, 6, 16, 3, 1, 1, 1, 1 },
        new int[] { 1, 16, 5, 6, 32, 3, 2, 1, 1, 1 },
        new int[] { 2, 16, 4, 4, 16, 1, 2, 0, 1, 1 },
        new int[] { 2, 3, 7, 7, 5, 3, 2, 0, 2, 1 },
        new int[] { 1, 6, 5, 5, 9, 3, 1, 2, 1, 3 },
        new int[] { 2, 4, 5, 5, 4, 3, 1, 1, 1, 4 },
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Conv2d_AnyShape_MatchesDefinition(int[] sizes)
    {
        using var scope = NewDisposeScope();
        var (x, w, bias, s, groups) = Inputs(sizes);

        using var y = F.conv2d(x, w, bias, [s.Stride.Y], [s.Padding.Y], [s.Dilation.Y], groups);

        Assert.Equal(s.OutputSizes, y.shape);
        var expected = GroupedDefinition(x, w, bias, s, groups);
        var actual = y.contiguous().data<float>().ToArray();
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Conv2d_Gradients_MatchFiniteDifferences(int[] sizes)
    {
        var (x, w, bias, s, groups) = Inputs(sizes);
        FiniteDifferences.Check(
            t => F.conv2d(t[0], t[1], t[2], [s.Stride.Y], [s.Padding.Y], [s.Dilation.Y], groups), [x, w, bias], 2e-2, 0.1f);
    }

    [Theory]
    [InlineData(16, 16, 3, 2, 1, 1, 1, 1)]
    [InlineData(16, 32, 3, 1, 1, 0, 1, 1)]
    [InlineData(5, 3, 4, 2, 1, 1, 1, 1)]
    [InlineData(4, 6, 3, 3, 0, 2, 2, 2)]
    public void ConvTranspose2d_Gradients_MatchFiniteDifferences(
        int inputs, int outputs, int kernel, int stride, int padding, int extra, int dilation, int groups)
    {
        using var scope = NewDisposeScope();
        var x = FiniteDifferences.Values([2, inputs, 4, 3]);
        var w = FiniteDifferences.Values([inputs, outputs / groups, kernel, kernel], seed: 2);
        var bias = FiniteDifferences.Values([outputs], seed: 3);
        FiniteDifferences.Check(
            t => F.conv_transpose2d(t[0], t[1], t[2], [stride], [padding], [extra], [dilation], groups), [x, w, bias], 2e-2, 0.1f);
    }

    [Fact]
    public void ConvTranspose2d_Numbers_AreThoseOfPyTorch()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2, 3, 4 }, [1, 1, 2, 2]);
        var w = tensor(new[] { 1f, 2, 3, 4, 5, 6, 7, 8, 9 }, [1, 1, 3, 3]);

        var y = F.conv_transpose2d(x, w, strides: [2], padding: [1], output_padding: [1]);

        // torch.nn.functional.conv_transpose2d(x, w, stride=2, padding=1, output_padding=1)
        Assert.Equal([1L, 1, 4, 4], y.shape);
        Assert.Equal([5f, 14, 10, 12, 14, 36, 24, 30, 15, 34, 20, 24, 24, 55, 32, 36], y.data<float>().ToArray());
    }

    [Fact]
    public void Conv2d_Unbatched_EqualsBatchOfOne()
    {
        using var scope = NewDisposeScope();
        var x = FiniteDifferences.Values([3, 6, 6]);
        var w = FiniteDifferences.Values([16, 3, 3, 3], seed: 2);
        var y = F.conv2d(x, w);
        Assert.Equal([16L, 4, 4], y.shape);
        Assert.Equal(F.conv2d(x.reshape(1, 3, 6, 6), w).reshape(16, 4, 4).contiguous().data<float>().ToArray(), y.contiguous().data<float>().ToArray());
    }

    [Fact]
    public void Conv2d_EmptyBatch_GivesEmptyOutput()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([0L, 16, 4, 4], F.conv2d(zeros(0, 16, 4, 4), zeros(16, 16, 3, 3), padding: [1]).shape);
    }

    [Fact]
    public void Conv2d_ShapesThatDoNotFit_Throw()
    {
        using var scope = NewDisposeScope();
        var x = zeros(1, 3, 8, 8);
        string Message(Action call) => Assert.Throws<ExternalException>(call).Message;

        Assert.Contains("to have 4 channels, but got 3 channels", Message(() => F.conv2d(x, zeros(8, 4, 3, 3))));
        Assert.Contains("Kernel size can't be greater than actual input size", Message(() => F.conv2d(x, zeros(8, 3, 9, 9))));
        Assert.Contains("bias of size [8]", Message(() => F.conv2d(x, zeros(8, 3, 3, 3), zeros(7))));
        Assert.Contains("stride expects one or two values of at least 1", Message(() => F.conv2d(x, zeros(8, 3, 3, 3), strides: [0])));
        Assert.Contains("padding expects one or two values of at least 0", Message(() => F.conv2d(x, zeros(8, 3, 3, 3), padding: [1, 1, 1])));
        Assert.Contains("groups", Message(() => F.conv2d(x, zeros(8, 3, 3, 3), groups: 3)));
        Assert.Contains("3D or 4D input", Message(() => F.conv2d(zeros(3, 8), zeros(8, 3, 3, 3))));
        Assert.Contains("output padding must be smaller than stride", Message(() => F.conv_transpose2d(x, zeros(3, 4, 3, 3), output_padding: [1])));
    }

    private static (Tensor X, Tensor W, Tensor Bias, ConvolutionShape Shape, int Groups) Inputs(int[] c)
    {
        var s = new ConvolutionShape(c[0], c[1], c[2], c[3], c[4], (c[5], c[5]), (c[6], c[6]), (c[7], c[7]), (c[8], c[8]));
        return (
            FiniteDifferences.Values(s.InputSizes),
            FiniteDifferences.Values([s.OutputChannels, s.InputChannels / c[9], c[5], c[5]], seed: 2),
            FiniteDifferences.Values([s.OutputChannels], seed: 3),
            s,
            c[9]);
    }

    /// <summary>The definition with zeros where a weight would join two groups.</summary>
    private static double[] GroupedDefinition(Tensor x, Tensor w, Tensor bias, ConvolutionShape s, int groups)
    {
        var (inputs, outputs) = (s.InputChannels / groups, s.OutputChannels / groups);
        var grouped = w.data<float>().ToArray();
        var full = new float[s.OutputChannels * s.InputChannels * s.Taps];
        for (var i = 0; i < grouped.Length; i++)
        {
            var (o, c, tap) = (i / s.Taps / inputs, i / s.Taps % inputs, i % s.Taps);
            full[(((o * s.InputChannels) + (o / outputs * inputs) + c) * s.Taps) + tap] = grouped[i];
        }

        return NaiveConvolution.Forward(x.data<float>().ToArray(), full, bias.data<float>().ToArray(), s);
    }
}
