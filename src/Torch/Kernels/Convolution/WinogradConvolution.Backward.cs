namespace TorchSharp.Kernels;

/// <remarks>
/// The backward passes are the transpose of the forward pass, in one sweep. With V = B' x B, as forward, and M = A dy A', each once for
/// both gradients, the gradient of the transformed weights is V' M for each of the 36 coefficients, and the gradient of the
/// transformed inputs is M U'; this takes V's place, and B dV B' goes to the inputs, adding up where the tiles' windows overlap.
/// The sweep takes as many rows of tiles at a time as keep V and M in the L2 cache. Within them the work is divided by row of tiles,
/// by coefficient, and by image and block of channels: every sum runs in the order of the tiles for any number of threads.
/// </remarks>
internal static unsafe partial class WinogradConvolution
{
    /// <summary>Floats that V and M may take.</summary>
    private const int GradientFloats = 256 * 1024;

    /// <summary>Gradients of the inputs, of the weights, or of both.</summary>
    /// <param name="x">Input; null if <paramref name="dw"/> is.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="weights">[output][input][3][3]; null if <paramref name="dx"/> is.</param>
    /// <param name="dx">Gradient of the input, overwritten, or null.</param>
    /// <param name="dw">Gradient of the weights, [output][input][3][3], overwritten, or null.</param>
    /// <param name="shape">Sizes; <see cref="ConvolutionShape.SuitsWinograd"/>.</param>
    public static void Backward(float* x, float* dy, float* weights, float* dx, float* dw, ConvolutionShape shape)
    {
        const int RowsPerPart = 4;
        var set = KernelSet.Current;
        var tiling = new WinogradTiling(shape);
        var (inputs, outputs) = (shape.InputBlocks, shape.OutputBlocks);
        var rowsOfTiles = shape.Images * tiling.Rows;
        var rowsMax = Math.Clamp(GradientFloats / (Coefficients * Block * (inputs + outputs) * tiling.Columns), 1, rowsOfTiles);
        var groups = ((rowsMax * tiling.Columns) + set.Rows - 1) / set.Rows;
        var blockStride = (nint)groups * set.Rows * Block;
        var (vStride, mStride) = ((inputs * blockStride) + Block, (outputs * blockStride) + Block);
        var uStride = WinogradWeights.Stride(inputs, outputs);
        using var scratch = new Scratch(Coefficients * (vStride + mStride + (dx == null ? 0 : uStride) + (dw == null ? 0 : uStride)));
        var v = scratch.Floats;
        var m = v + (Coefficients * vStride);
        var u = m + (Coefficients * mStride);
        var sums = u + (dx == null ? 0 : Coefficients * uStride);
        if (dx != null)
            WinogradWeights.TransformTransposed(weights, u, shape);
        if (dw != null)
            new Span<float>(sums, checked((int)(Coefficients * uStride))).Clear();

        for (var first = 0; first < rowsOfTiles; first += rowsMax)
        {
            var begin = first;
            var rows = Math.Min(rowsMax, rowsOfTiles - begin);
            var tiles = rows * tiling.Columns;
            Workers.Run((rows + RowsPerPart - 1) / RowsPerPart, part =>
            {
                using var lines = new Scratch(WinogradRow.Floats(tiling));
                WinogradRow.Clear(tiling, lines.Floats);
                for (var r = part * RowsPerPart; r < Math.Min(rows, (part + 1) * RowsPerPart); r++)
                {
                    var (image, row) = Math.DivRem(begin + r, tiling.Rows);
                    var place = new WinogradRow(tiling, row, lines.Floats);
                    var offset = (nint)r * tiling.Columns * Block;
                    for (var i = 0; dw != null && i < inputs; i++)
                        set.WinogradInputRow(x + ((((nint)image * inputs) + i) * tiling.Pixels * Block), place, v + (i * blockStride) + offset, vStride);
                    for (var o = 0; o < outputs; o++)
                        set.WinogradOutputGradientRow(dy + ((((nint)image * outputs) + o) * tiling.Pixels * Block), place, m + (o * blockStride) + offset, mStride);
                }
            });
            Workers.Run(Coefficients, coefficient =>
            {
                float* vc = v + (coefficient * vStride), mc = m + (coefficient * mStride);
                if (dw != null)
                {
                    var sum = sums + (coefficient * uStride);
                    for (var i = 0; i < inputs; i++)
                    {
                        for (var o = 0; o < outputs; o++, sum += Block * Block)
                            set.AddOuterProducts(vc + (i * blockStride), mc + (o * blockStride), tiles, sum);
                    }
                }

                for (var i = 0; dx != null && i < inputs; i += set.OutputBlocks)
                {
                    set.Multiply(new MatrixProduct
                    {
                        X = mc,
                        XBlock = blockStride,
                        Blocks = outputs,
                        Taps = 1,
                        Weights = u + (coefficient * uStride) + ((nint)i * outputs * Block * Block),
                        WeightsRow = Block,
                        Bias = KernelSet.Zeros,
                        Y = vc + (i * blockStride),
                        Groups = (tiles + set.Rows - 1) / set.Rows,
                        OutputBlocks = Math.Min(set.OutputBlocks, inputs - i),
                        YBlock = blockStride,
                        WeightsBlock = (nint)outputs * Block * Block,
                    });
                }
            });
            if (dx == null)
                continue;
            var firstImage = begin / tiling.Rows;
            var images = ((begin + rows - 1) / tiling.Rows) - firstImage + 1;
            Workers.Run(images * inputs, part =>
            {
                using var lines = new Scratch(WinogradRow.Floats(tiling));
                WinogradRow.Clear(tiling, lines.Floats);
                var (image, i) = Math.DivRem(part, inputs);
                image += firstImage;
                for (var r = Math.Max(begin, image * tiling.Rows); r < Math.Min(begin + rows, (image + 1) * tiling.Rows); r++)
                {
                    var from = v + (i * blockStride) + ((nint)(r - begin) * tiling.Columns * Block);
                    var place = new WinogradRow(tiling, r % tiling.Rows, lines.Floats);
                    set.WinogradInputGradientRow(from, vStride, place, dx + ((((nint)image * inputs) + i) * tiling.Pixels * Block));
                }
            });
        }

        if (dw != null)
            WinogradWeights.TransformGradient(set, sums, dw, shape);
    }
}
