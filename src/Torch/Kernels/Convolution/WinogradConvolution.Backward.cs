namespace TorchSharp.Kernels;

/// <remarks>
/// The backward passes are the transpose of the forward pass, in one sweep. With V = B' x B, as forward, and M = A dy A', each once for
/// both gradients, the gradient of the transformed weights is V' M for each of the coefficients, and the gradient of the
/// transformed inputs is M U'; this takes V's place, and B dV B' goes to the inputs, adding up where the tiles' windows overlap.
/// The sweep takes as many rows of tiles at a time as keep V and M in the L2 cache. Within them the work is divided by row of tiles,
/// by coefficient, and by image and block of channels: every sum runs in the order of the tiles for any number of threads.
/// </remarks>
internal static unsafe partial class WinogradConvolution
{
    /// <summary>Floats that V and M may take.</summary>
    private const int GradientFloats = 264 * 1024;

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
        var coefficients = tiling.Coefficients;
        var (inputs, outputs) = (shape.InputBlocks, shape.OutputBlocks);
        var rowsOfTiles = shape.Images * tiling.Rows;
        var rowsMax = Math.Clamp(GradientFloats / (coefficients * Block * (inputs + outputs) * tiling.Columns), 1, rowsOfTiles);
        var groups = ((rowsMax * tiling.Columns) + set.Rows - 1) / set.Rows;
        var blockStride = (nint)groups * set.Rows * Block;
        var (vStride, mStride) = (Stride(inputs, groups * set.Rows), Stride(outputs, groups * set.Rows));
        var uStride = WinogradWeights.Stride(inputs, outputs);
        using var scratch = new Scratch(coefficients * (vStride + mStride + (dx == null ? 0 : uStride) + (dw == null ? 0 : uStride)));
        var v = scratch.Floats;
        var m = v + (coefficients * vStride);
        var sums = m + (coefficients * mStride);
        var u = sums + (dw == null ? 0 : coefficients * uStride);
        if (dx != null)
            WinogradWeights.TransformTransposed(weights, u, shape);

        for (var begin = 0; begin < rowsOfTiles; begin += rowsMax)
        {
            var first = begin;
            var end = Math.Min(first + rowsMax, rowsOfTiles);
            var tiles = (end - first) * tiling.Columns;
            Workers.Run((end - first + RowsPerPart - 1) / RowsPerPart, part =>
            {
                var firstOfPart = first + (part * RowsPerPart);
                var endOfPart = Math.Min(firstOfPart + RowsPerPart, end);
                var offset = (nint)part * RowsPerPart * tiling.Columns * Block;
                if (dw != null)
                    TransformRows(x, inputs, tiling, firstOfPart, endOfPart, v + offset, vStride, blockStride, set.WinogradInputRow);
                TransformRows(dy, outputs, tiling, firstOfPart, endOfPart, m + offset, mStride, blockStride, set.WinogradOutputGradientRow);
            });
            Workers.Run(coefficients, coefficient =>
            {
                float* vc = v + (coefficient * vStride), mc = m + (coefficient * mStride);
                if (dw != null)
                    AddOuterProducts(set, vc, inputs, mc, outputs, blockStride, tiles, first == 0, sums + (coefficient * uStride));
                if (dx != null)
                    MultiplyTransposed(set, mc, outputs, u + (coefficient * uStride), vc, inputs, blockStride, tiles);
            });
            if (dx == null)
                continue;
            var firstImage = first / tiling.Rows;
            Workers.Run((((end - 1) / tiling.Rows) - firstImage + 1) * inputs, part =>
            {
                var (image, i) = (firstImage + (part / inputs), part % inputs);
                using var lines = new Scratch(WinogradRow.Floats(tiling));
                WinogradRow.Clear(tiling, lines.Floats);
                for (var row = Math.Max(first, image * tiling.Rows); row < Math.Min(end, (image + 1) * tiling.Rows); row++)
                {
                    set.WinogradInputGradientRow(
                        v + (i * blockStride) + ((nint)(row - first) * tiling.Columns * Block), vStride,
                        new WinogradRow(tiling, row % tiling.Rows, lines.Floats),
                        dx + ((((nint)image * inputs) + i) * tiling.Pixels * Block));
                }
            });
        }

        if (dw != null)
            WinogradWeights.TransformGradient(set, sums, dw, shape);
    }

    private delegate void RowTransform(float* pixels, in WinogradRow row, float* coefficients, nint stride);

    /// <summary>Some rows of tiles, numbered over all images, to coefficients.</summary>
    private static void TransformRows(
        float* images, int blocks, in WinogradTiling tiling, int first, int end, float* to, nint stride, nint blockStride, RowTransform transform)
    {
        using var lines = new Scratch(WinogradRow.Floats(tiling));
        WinogradRow.Clear(tiling, lines.Floats);
        for (var row = first; row < end; row++, to += tiling.Columns * Block)
        {
            var place = new WinogradRow(tiling, row % tiling.Rows, lines.Floats);
            var image = images + ((nint)(row / tiling.Rows) * blocks * tiling.Pixels * Block);
            for (var block = 0; block < blocks; block++, image += tiling.Pixels * Block)
                transform(image, place, to + (block * blockStride), stride);
        }
    }

    /// <summary>sums [input block][output block][16][16] += V' M, of one coefficient.</summary>
    private static void AddOuterProducts(
        KernelSet set, float* v, int inputs, float* m, int outputs, nint blockStride, int tiles, bool isFirst, float* sums)
    {
        for (var i = 0; i < inputs; i++)
        {
            for (var o = 0; o < outputs; o++, sums += Block * Block)
            {
                set.Add(new OuterProduct
                {
                    A = v + (i * blockStride),
                    ARow = Block,
                    B = m + (o * blockStride),
                    Lines = 1,
                    Rows = tiles,
                    Addend = isFirst ? KernelSet.Zeros : sums,
                    Sum = sums,
                });
            }
        }
    }

    /// <summary>dV = M U', of one coefficient.</summary>
    private static void MultiplyTransposed(KernelSet set, float* m, int outputs, float* u, float* v, int inputs, nint blockStride, int tiles)
    {
        for (var i = 0; i < inputs; i += set.OutputBlocks)
        {
            set.Multiply(new MatrixProduct
            {
                X = m,
                XBlock = blockStride,
                Blocks = outputs,
                Taps = 1,
                Weights = u + ((nint)i * outputs * Block * Block),
                WeightsRow = Block,
                Bias = KernelSet.Zeros,
                Y = v + (i * blockStride),
                Groups = (tiles + set.Rows - 1) / set.Rows,
                OutputBlocks = Math.Min(set.OutputBlocks, inputs - i),
                YBlock = blockStride,
                WeightsBlock = (nint)outputs * Block * Block,
            });
        }
    }
}
