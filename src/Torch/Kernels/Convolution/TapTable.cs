namespace TorchSharp.Kernels;

/// <summary>For groups of pixels, where each tap reads and where the result goes: the offsets of a <see cref="MatrixProduct"/>.</summary>
internal sealed unsafe class TapTable : IDisposable
{
    private const int Block = KernelSet.Block;

    private readonly (int Y, int X)[] _taps;

    private TapTable(TapAxis y, TapAxis x, int sourceWidth, int targetWidth, int rows)
    {
        _taps = [.. from tapY in y.Taps from tapX in x.Taps select (tapY, tapX)];
        Pixels = y.Targets.Length * x.Targets.Length;
        Groups = (Pixels + rows - 1) / rows;
        Sources = (int*)NativeMemory.Alloc((nuint)(Groups * Taps * rows) + 1, sizeof(int));
        Targets = (int*)NativeMemory.Alloc((nuint)(Groups * rows) + 1, sizeof(int));
        for (var row = 0; row < Groups * rows; row++)
        {
            var pixel = Math.Min(row, Pixels - 1); // The last group repeats the last pixel.
            var (py, px) = (pixel / x.Targets.Length, pixel % x.Targets.Length);
            Targets[row] = ((y.Targets[py] * targetWidth) + x.Targets[px]) * Block;
            var source = Sources + (row / rows * Taps * rows) + (row % rows);
            for (var ky = 0; ky < y.Taps.Length; ky++)
            {
                for (var kx = 0; kx < x.Taps.Length; kx++, source += rows)
                {
                    var (sy, sx) = (y.Sources[py, ky], x.Sources[px, kx]);
                    *source = sy < 0 || sx < 0 ? -1 : ((sy * sourceWidth) + sx) * Block;
                }
            }
        }
    }

    public int Pixels { get; }

    public int Groups { get; }

    public int Taps => _taps.Length;

    /// <summary>[group][tap][row], negative where a tap reads outside the image.</summary>
    public int* Sources { get; }

    /// <summary>[group][row].</summary>
    public int* Targets { get; }

    /// <summary>Kernel positions of the taps.</summary>
    public ReadOnlySpan<(int Y, int X)> TapPositions => _taps;

    /// <summary>Outputs read inputs.</summary>
    public static TapTable Forward(in ConvolutionShape s, int rows) => new(
        TapAxis.Forward(s.Height, s.OutputHeight, s.Kernel.Y, s.Stride.Y, s.Padding.Y, s.Dilation.Y),
        TapAxis.Forward(s.Width, s.OutputWidth, s.Kernel.X, s.Stride.X, s.Padding.X, s.Dilation.X),
        s.Width, s.OutputWidth, rows);

    /// <summary>Input gradients read output gradients: one table for each remainder of the strides.</summary>
    public static TapTable[] Backward(ConvolutionShape s, int rows) =>
    [
        .. from y in Enumerable.Range(0, s.Stride.Y)
           from x in Enumerable.Range(0, s.Stride.X)
           select new TapTable(
               TapAxis.Backward(s.Height, s.OutputHeight, s.Kernel.Y, s.Stride.Y, s.Padding.Y, s.Dilation.Y, y),
               TapAxis.Backward(s.Width, s.OutputWidth, s.Kernel.X, s.Stride.X, s.Padding.X, s.Dilation.X, x),
               s.OutputWidth, s.Width, rows),
    ];

    public void Dispose()
    {
        NativeMemory.Free(Sources);
        NativeMemory.Free(Targets);
    }
}
