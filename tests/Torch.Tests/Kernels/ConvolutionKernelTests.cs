using TorchSharp.Kernels;

namespace DynamosStream.Tests.Kernels;

/// <summary>Each convolution on each vector width against the definition in double, and bit for bit on one to three threads.</summary>
[Collection(nameof(ThreadCount))]
public sealed unsafe class ConvolutionKernelTests : IDisposable
{
    private readonly int _threads = Workers.ThreadCount;
    private readonly KernelSet _set = KernelSet.Current;

    public static TheoryData<string, ConvolutionCase> Winograd() => OnEachWidth([
        new("winograd", 1, 16, [4, 4], 16, [3, 3], [1, 1], [1, 1], [1, 1]),
        new("winograd", 3, 16, [7, 5], 32, [3, 3], [1, 1], [1, 1], [1, 1]),
        new("winograd", 2, 48, [14, 14], 16, [3, 3], [1, 1], [1, 1], [1, 1]),
        new("winograd", 1, 32, [1, 9], 48, [3, 3], [1, 1], [1, 1], [1, 1]),
        new("winograd", 7, 32, [12, 13], 32, [3, 3], [1, 1], [1, 1], [1, 1]),
        new("winograd", 3, 32, [26, 33], 16, [3, 3], [1, 1], [1, 1], [1, 1]),
        new("winograd", 2, 32, [10, 15], 48, [3, 3], [1, 1], [1, 1], [1, 1]),
        new("winograd", 20, 16, [5, 9], 16, [3, 3], [1, 1], [1, 1], [1, 1]),
    ]);

    public static TheoryData<string, ConvolutionCase> Direct() => OnEachWidth([
        new("direct", 2, 32, [14, 14], 48, [3, 3], [2, 2], [1, 1], [1, 1]),
        new("direct", 3, 16, [9, 7], 32, [1, 1], [1, 1], [0, 0], [1, 1]),
        new("direct", 2, 32, [9, 8], 16, [1, 1], [2, 2], [0, 0], [1, 1]),
        new("direct", 2, 16, [10, 11], 16, [3, 2], [2, 3], [0, 2], [2, 1]),
        new("direct", 1, 20, [6, 6], 10, [5, 5], [1, 1], [2, 2], [1, 1]),
        new("direct", 2, 3, [8, 8], 33, [3, 3], [1, 1], [1, 1], [1, 1]),
    ]);

    public static TheoryData<string, ConvolutionCase> Planar() => OnEachWidth([
        new("planar", 3, 3, [12, 12], 32, [3, 3], [1, 1], [1, 1], [1, 1]),
        new("planar", 2, 1, [11, 9], 16, [5, 3], [2, 1], [2, 0], [1, 2]),
        new("planar", 1, 2, [3, 3], 48, [3, 3], [1, 1], [0, 0], [1, 1]),
    ]);

    public void Dispose()
    {
        Workers.ThreadCount = _threads;
        KernelSet.Current = _set;
    }

    [Theory]
    [MemberData(nameof(Winograd))]
    [MemberData(nameof(Direct))]
    [MemberData(nameof(Planar))]
    public void AllPasses_EachWidth_MatchDefinition(string set, ConvolutionCase one)
    {
        KernelSet.Current = Set(set);
        var s = one.Shape;
        var (x, w, bias, dy) = Inputs(s);

        AssertClose(one, NaiveConvolution.Forward(x, w, bias, s), Forward(one, x, w, bias));
        AssertClose(one, NaiveConvolution.Forward(x, w, null, s), Forward(one, x, w, null));
        AssertClose(one, NaiveConvolution.BackwardWeight(x, dy, s), BackwardWeight(one, x, dy));
        if (one.Kind != "planar")
        {
            AssertClose(one, NaiveConvolution.BackwardData(dy, w, s), BackwardData(one, dy, w));
        }
    }

    [Theory]
    [MemberData(nameof(Winograd))]
    [MemberData(nameof(Direct))]
    [MemberData(nameof(Planar))]
    public void AllPasses_AnyThreadCount_SameBits(string set, ConvolutionCase one)
    {
        KernelSet.Current = Set(set);
        var (x, w, bias, dy) = Inputs(one.Shape);
        float[][] Results(int threads)
        {
            Workers.ThreadCount = threads;
            return [Forward(one, x, w, bias), BackwardWeight(one, x, dy), one.Kind == "planar" ? [] : BackwardData(one, dy, w)];
        }

        var expected = Results(1);
        Assert.Equal(expected, Results(2));
        Assert.Equal(expected, Results(3));
    }

    [Theory]
    [MemberData(nameof(Winograd))]
    public void WinogradBackward_BothGradientsAtOnce_SameBitsAsEachAlone(string set, ConvolutionCase one)
    {
        KernelSet.Current = Set(set);
        var (x, w, _, dy) = Inputs(one.Shape);
        var (dx, dw) = WinogradBackward(one.Shape, x, dy, w);

        Assert.Equal(BackwardData(one, dy, w), dx);
        Assert.Equal(BackwardWeight(one, x, dy), dw);
    }

    /// <summary>Image 0 has no channel that is not zero, the last has all, zeros are of either sign.</summary>
    [Theory]
    [MemberData(nameof(Winograd))]
    public void WinogradForward_ChannelsThatAreZero_SameBitsAsDense(string set, ConvolutionCase one)
    {
        KernelSet.Current = Set(set);
        var s = one.Shape;
        var (x, w, bias, _) = Inputs(s);
        var random = new Random(3);
        for (var channel = 0; channel < s.Images * s.InputChannels; channel++)
        {
            var image = channel / s.InputChannels;
            if (image < s.Images - 1 && (image == 0 || random.Next(2) == 0))
            {
                for (var pixel = 0; pixel < s.Pixels; pixel++)
                {
                    x[(channel * s.Pixels) + pixel] = pixel % 2 == 0 ? 0f : -0f;
                }
            }
        }

        var expected = Bits(DenseWinograd(s, x, w, bias));
        foreach (var threads in new[] { 1, 2, 3 })
        {
            Workers.ThreadCount = threads;
            Assert.Equal(expected, Bits(Forward(one, x, w, bias)));
        }

        static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);
    }

    [Theory]
    [InlineData("Portable")]
    [InlineData("Avx2")]
    [InlineData("Avx512")]
    public void WinogradForward_NotANumberAtOnePixelOfAChannelThatIsElseZero_IsNotLeftOut(string set)
    {
        KernelSet.Current = Set(set);
        var one = new ConvolutionCase("winograd", 2, 32, [14, 14], 32, [3, 3], [1, 1], [1, 1], [1, 1]);
        var s = one.Shape;
        var (x, w, _, _) = Inputs(s);
        Array.Clear(x, 0, s.InputChannels * s.Pixels);
        x[(5 * s.Pixels) + 100] = float.NaN;

        var y = Forward(one, x, w, null);

        Assert.All(Enumerable.Range(0, s.OutputChannels), channel => Assert.Equal(float.NaN, y[(channel * s.Pixels) + 100]));
        Assert.DoesNotContain(float.NaN, y.AsSpan(s.OutputChannels * s.Pixels).ToArray());
    }

    private static TheoryData<string, ConvolutionCase> OnEachWidth(ConvolutionCase[] cases)
    {
        var data = new TheoryData<string, ConvolutionCase>();
        foreach (var set in new[] { "Portable", "Avx2", "Avx512" })
        {
            foreach (var one in cases)
            {
                data.Add(set, one);
            }
        }

        return data;
    }

    private static KernelSet Set(string name) => name switch
    {
        "Portable" => KernelSet.Portable,
        "Avx2" => KernelSet.Avx2,
        "Avx512" => KernelSet.Avx512,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static (float[] X, float[] W, float[] Bias, float[] Dy) Inputs(ConvolutionShape s)
    {
        var random = new Random(7);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
        return (
            Draw(s.Images * s.InputChannels * s.Pixels),
            Draw(s.OutputChannels * s.InputChannels * s.Taps),
            Draw(s.OutputChannels),
            Draw(s.Images * s.OutputChannels * s.OutputPixels));
    }

    private static float[] Forward(ConvolutionCase one, float[] x, float[] w, float[]? bias)
    {
        var s = one.Shape;
        var input = one.Kind == "planar" ? x : Block(x, s.Images, s.InputChannels, s.Pixels);
        var output = new float[s.Images * s.OutputBlocks * 16 * s.OutputPixels];
        Array.Fill(output, float.NaN);
        if (bias is not null)
        {
            Array.Resize(ref bias, s.OutputBlocks * 16);
        }

        fixed (float* px = input, pw = w, pb = bias, py = output)
        {
            switch (one.Kind)
            {
                case "winograd":
                    WinogradConvolution.Forward(px, pw, pb, py, s);
                    break;
                case "direct":
                    DirectConvolution.Forward(px, pw, pb, py, s);
                    break;
                default:
                    PlanarConvolution.Forward(px, pw, pb, py, s);
                    break;
            }
        }

        return Unblock(output, s.Images, s.OutputChannels, s.OutputPixels);
    }

    /// <summary>Forward that does not look for channels to leave out.</summary>
    private static float[] DenseWinograd(ConvolutionShape s, float[] x, float[] w, float[] bias)
    {
        var u = new float[WinogradWeights.Floats(s)];
        var output = new float[s.Images * s.OutputChannels * s.OutputPixels];
        fixed (float* px = Block(x, s.Images, s.InputChannels, s.Pixels), pw = w, pu = u, pb = bias, py = output)
        {
            WinogradWeights.Transform(pw, pu, s);
            WinogradConvolution.ForwardTransformed(px, pu, pb, py, s);
        }

        return Unblock(output, s.Images, s.OutputChannels, s.OutputPixels);
    }

    private static float[] BackwardData(ConvolutionCase one, float[] dy, float[] w)
    {
        var s = one.Shape;
        if (one.Kind == "winograd")
        {
            return WinogradBackward(s, null, dy, w).Dx;
        }

        var gradient = Block(dy, s.Images, s.OutputChannels, s.OutputPixels);
        var dx = new float[s.Images * s.InputBlocks * 16 * s.Pixels];
        Array.Fill(dx, float.NaN);
        fixed (float* pd = gradient, pw = w, px = dx)
        {
            DirectConvolution.BackwardData(pd, pw, px, s);
        }

        return Unblock(dx, s.Images, s.InputChannels, s.Pixels);
    }

    private static float[] BackwardWeight(ConvolutionCase one, float[] x, float[] dy)
    {
        var s = one.Shape;
        if (one.Kind == "winograd")
        {
            return WinogradBackward(s, x, dy, null).Dw;
        }

        var input = one.Kind == "planar" ? x : Block(x, s.Images, s.InputChannels, s.Pixels);
        var gradient = Block(dy, s.Images, s.OutputChannels, s.OutputPixels);
        var dw = new float[s.OutputChannels * s.InputChannels * s.Taps];
        Array.Fill(dw, float.NaN);
        fixed (float* px = input, pd = gradient, pw = dw)
        {
            if (one.Kind == "direct")
            {
                DirectConvolution.BackwardWeight(px, pd, pw, s);
            }
            else
            {
                PlanarConvolution.BackwardWeight(px, pd, pw, s);
            }
        }

        return dw;
    }

    /// <summary>The gradient of the inputs if weights are given, and that of the weights if inputs are; else empty.</summary>
    private static (float[] Dx, float[] Dw) WinogradBackward(ConvolutionShape s, float[]? x, float[] dy, float[]? w)
    {
        var input = x is null ? null : Block(x, s.Images, s.InputChannels, s.Pixels);
        var gradient = Block(dy, s.Images, s.OutputChannels, s.OutputPixels);
        var dx = w is null ? null : new float[s.Images * s.InputChannels * s.Pixels];
        var dw = x is null ? null : new float[s.OutputChannels * s.InputChannels * s.Taps];
        Array.Fill(dx ?? [], float.NaN);
        Array.Fill(dw ?? [], float.NaN);
        fixed (float* px = input, pdy = gradient, pw = w, pdx = dx, pdw = dw)
        {
            WinogradConvolution.Backward(px, pdy, pw, pdx, pdw, s);
        }

        return (dx is null ? [] : Unblock(dx, s.Images, s.InputChannels, s.Pixels), dw ?? []);
    }

    private static float[] Block(float[] plain, int images, int channels, int pixels)
    {
        var blocks = (channels + 15) / 16;
        var blocked = new float[images * blocks * 16 * pixels];
        ForEach(images, channels, pixels, (p, b) => blocked[b] = plain[p]);
        return blocked;
    }

    private static float[] Unblock(float[] blocked, int images, int channels, int pixels)
    {
        var plain = new float[images * channels * pixels];
        ForEach(images, channels, pixels, (p, b) => plain[p] = blocked[b]);
        return plain;
    }

    private static void ForEach(int images, int channels, int pixels, Action<int, int> body)
    {
        var blocks = (channels + 15) / 16;
        for (var i = 0; i < images * channels * pixels; i++)
        {
            var (n, c, p) = (i / pixels / channels, i / pixels % channels, i % pixels);
            body(i, (((((n * blocks) + (c / 16)) * pixels) + p) * 16) + (c % 16));
        }
    }

    /// <summary>Root mean square error relative to the result's: 1e-6 is float32 summing; F(4x4, 3x3) multiplies rounding errors.</summary>
    private static void AssertClose(ConvolutionCase one, double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var error = Math.Sqrt(expected.Zip(actual, (e, a) => (e - a) * (e - a)).Sum() / expected.Sum(e => e * e));
        Assert.InRange(error, 0, one.Kind == "winograd" ? 1e-5 : 1e-6);
    }
}

/// <summary>A kernel family and the sizes it is tested with; lengths are height, then width.</summary>
public sealed record ConvolutionCase(
    string Kind, int Images, int Inputs, int[] Size, int Outputs, int[] Kernel, int[] Stride, int[] Padding, int[] Dilation)
{
    internal ConvolutionShape Shape => new(
        Images, Inputs, Size[0], Size[1], Outputs, (Kernel[0], Kernel[1]), (Stride[0], Stride[1]), (Padding[0], Padding[1]), (Dilation[0], Dilation[1]));

    public override string ToString() => $"{Kind} {Shape}";
}
